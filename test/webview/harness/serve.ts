import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { graphPage } from '../../../src/extension/graph/page';
import { type ThemeName, themes } from './themes';

const root = resolve(import.meta.dirname, '../../..');
const origin = 'http://harness.test';
const nonce = 'harness';

export interface Bundle {
  readonly script: string;
  readonly style: string;
  readonly host: string;
}

async function bundle(entry: string): Promise<{ script: string; style: string }> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    outdir: 'harness',
    logLevel: 'error',
  });
  const text = (extension: string) => result.outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

/** Bundles the webview as the product does, and the fake host that answers it. */
export async function bundleHarness(): Promise<Bundle> {
  const [page, host] = await Promise.all([bundle('webview/main.ts'), bundle('test/webview/harness/fakeHost.ts')]);
  return { ...page, host: host.script };
}

/** The product's page, with what the workbench adds to it: the colors and class of the theme, and the host's script. */
function html(theme: ThemeName, { script, style }: Bundle): string {
  const { bodyClass, kind } = themes[theme];
  const page = graphPage({
    nonce,
    script,
    style: `${themeStyle(theme)}\n${style}`,
    language: 'en',
    start: { modelName: 'residual.onnx', strings: {}, withheld: [], told: [] },
    stage: 'Opening the model…',
  });
  const host = `<script nonce="${nonce}" src="/host.js"></script>`;
  return page.replace('<body>', `<body class="${bodyClass}" data-vscode-theme-kind="${kind}">${host}`);
}

function themeStyle(theme: ThemeName): string {
  const declarations = Object.entries(themes[theme].variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  return `:root { ${declarations.join(' ')} }`;
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly query?: string;
}

/** Opens the page as the extension serves it, under its content security policy. */
export async function openHarness(context: BrowserContext, files: Bundle, options: OpenOptions = {}): Promise<Page> {
  const theme = options.theme ?? 'dark';
  const page = await context.newPage();
  await page.route(`${origin}/**`, (route) => {
    const bodies: Readonly<Record<string, readonly [string, string]>> = {
      '/': ['text/html', html(theme, files)],
      '/host.js': ['text/javascript', files.host],
    };
    const [contentType, body] = bodies[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
    return route.fulfill({ contentType, body });
  });
  await page.goto(`${origin}/?${options.query ?? ''}`);
  return page;
}
