import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { type ThemeName, themes } from './themes';

const root = resolve(import.meta.dirname, '../../..');
const origin = 'http://harness.test';
const nonce = 'harness';
/** Hash of the empty text: allows the empty style element by which the widget library looks for `:focus-visible`. */
const emptyStyle = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

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

function html(theme: ThemeName): string {
  const { bodyClass, kind } = themes[theme];
  const styles = `${origin}/webview.css ${origin}/theme.css`;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${styles} '${emptyStyle}'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Graph</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="/theme.css"><link rel="stylesheet" href="/webview.css"></head>
<body class="${bodyClass}" data-vscode-theme-kind="${kind}"><div id="app"></div>
<script nonce="${nonce}" src="/host.js"></script><script nonce="${nonce}" src="/webview.js"></script></body></html>`;
}

function themeStyle(theme: ThemeName): string {
  const declarations = Object.entries(themes[theme].variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  return `:root { ${declarations.join(' ')} }`;
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly query?: string;
}

/** Opens the harness page under the same content security policy that the extension uses. */
export async function openHarness(context: BrowserContext, files: Bundle, options: OpenOptions = {}): Promise<Page> {
  const theme = options.theme ?? 'dark';
  const page = await context.newPage();
  await page.route(`${origin}/**`, (route) => {
    const bodies: Readonly<Record<string, readonly [string, string]>> = {
      '/': ['text/html', html(theme)],
      '/theme.css': ['text/css', themeStyle(theme)],
      '/webview.css': ['text/css', files.style],
      '/webview.js': ['text/javascript', files.script],
      '/host.js': ['text/javascript', files.host],
    };
    const [contentType, body] = bodies[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
    return route.fulfill({ contentType, body });
  });
  await page.goto(`${origin}/?${options.query ?? ''}`);
  return page;
}
