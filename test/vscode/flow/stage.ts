import type { TestProject } from 'vitest/node';
import { findBrowser } from '../driver/findBrowser.mjs';
import { obtainVscode } from '../driver/obtainVscode.mjs';
import { installExtension, packedExtension } from '../driver/packageExtension.mjs';

const silent = () => undefined;

/** What all flows of one run share: the packed extension, installed, and the browser's program. */
export interface Stage {
  readonly program: string;
  readonly vscode: Awaited<ReturnType<typeof obtainVscode>>;
  readonly extensionsFolder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Nothing where there is no browser to drive. */
    stage: Stage | undefined;
  }
}

/** Packs and installs the extension, once for all flows. */
export async function setup(project: TestProject): Promise<void> {
  const program = await findBrowser(silent);
  if (program === undefined) return project.provide('stage', undefined);
  const vscode = await obtainVscode('stable', silent);
  const extensionsFolder = await installExtension(vscode, await packedExtension());
  project.provide('stage', { program, vscode, extensionsFolder });
}
