import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of what this run has bundled and compiled of the product's programs; made and removed with the run. */
    builtPrograms: string;
  }
}

let folder: string;

export function setup(project: TestProject): void {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-built-'));
  project.provide('builtPrograms', folder);
  // The command line keeps its compiled form here, not with the person's; where there is one its runs start in half the time.
  process.env['XDG_CACHE_HOME'] = join(folder, 'caches');
  // While tests are watched, a program is bundled again when its sources have changed.
  project.onTestsRerun(() => rmSync(join(folder, 'programs'), { recursive: true, force: true }));
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
