/** The page of the graph view as the product has it, in a browser of its own, with the scene and plan of a real model. */
import * as esbuild from 'esbuild';
import { root } from './loadProduct.mjs';

const origin = 'http://graph.test';

/** Colors of a dark editor; what they are costs nothing. */
const theme = {
  'editor-background': '#1f1f1f',
  'editor-foreground': '#cccccc',
  foreground: '#cccccc',
  descriptionForeground: '#9d9d9d',
  focusBorder: '#0078d4',
  'charts-blue': '#3794ff',
  'charts-green': '#89d185',
  'charts-orange': '#d18616',
  'font-family': "'DejaVu Sans', sans-serif",
};

/** @returns {Promise<{ script: string, style: string }>} */
export async function bundlePage() {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['webview/main.ts'],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    outdir: 'page',
    logLevel: 'error',
  });
  const text = (/** @type {string} */ end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

/**
 * @typedef {object} Shown
 * @property {unknown} scene
 * @property {{ analysis: unknown, plan: unknown, overlay: unknown }} plan
 * @property {unknown} remembered what the page remembers, its camera for example
 */

/**
 * Opens the page and answers it as the extension does.
 * @param {import('playwright-core').BrowserContext} context
 * @param {{ script: string, style: string }} files
 * @param {Shown} shown
 */
export async function openPage(context, files, shown) {
  const page = await context.newPage();
  const variables = Object.entries(theme).map(([name, value]) => `--vscode-${name}: ${value};`);
  const html = `<!doctype html><html lang="en"><head><title>Graph</title><style>:root { ${variables.join(' ')} }</style>
<link rel="stylesheet" href="/page.css"></head><body class="vscode-dark"><div id="app" data-start='{"modelName":"model.onnx","strings":{},"withheld":[],"told":[]}'></div>
<script src="/host.js"></script><script src="/page.js"></script></body></html>`;
  const host = `const shown = ${JSON.stringify(shown)}; (${answerPage})(shown);`;
  /** @type {Record<string, [string, string]>} */
  const bodies = {
    '/': ['text/html', html],
    '/page.css': ['text/css', files.style],
    '/page.js': ['text/javascript', files.script],
    '/host.js': ['text/javascript', host],
  };
  await page.route(`${origin}/**`, (route) => {
    const [contentType, body] = bodies[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
    return route.fulfill({ contentType, body });
  });
  await page.goto(origin);
  await page.locator('[data-state="ready"]').waitFor();
  return page;
}

/** Runs in the page. @param {Shown} shown */
function answerPage(shown) {
  const send = (/** @type {unknown} */ message) => postMessage(message, '*');
  Object.assign(globalThis, {
    acquireVsCodeApi: () => ({
      postMessage(/** @type {{ type: string }} */ { type }) {
        if (type !== 'ready') return;
        send({ type: 'scene', scene: shown.scene });
        send({ type: 'plan', ...shown.plan });
      },
      getState: () => shown.remembered,
      setState: () => undefined,
    }),
  });
}
