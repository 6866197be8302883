/** Netron, the viewer that people know, opening the same models in the same browser: the folder `source` of a checkout of it. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** Where the checkout is; it is no part of this repository. */
export const netronVariable = 'DNNSPLIT_NETRON';

/** Long enough for the page to have nothing left to do. */
const quietMs = 1500;
const types = new Map([
  ['.html', 'text/html'],
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
  ['.json', 'application/json'],
]);

/** The folder of Netron's pages, where there is one. @returns {string | undefined} */
export function netronSource() {
  const checkout = process.env[netronVariable];
  const source = checkout === undefined ? undefined : join(checkout, 'source');
  return source !== undefined && existsSync(join(source, 'index.html')) ? source : undefined;
}

/**
 * Opens a model on Netron's first page, and again after another one.
 * @param {import('playwright-core').Browser} browser @param {string} source @param {string} model @param {string} other
 * @returns {Promise<{ first: number, warm: number }>} milliseconds from the file being chosen to its picture
 */
export async function openInNetron(browser, source, model, other) {
  const server = createServer((request, response) => {
    const path = normalize(join(source, new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = path.endsWith(sep) ? join(path, 'index.html') : path;
    if (!file.startsWith(source) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types.get(extname(file)) ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
  const port = await new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' ? address?.port : undefined);
    });
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const url = `http://127.0.0.1:${port}/`;
    await context.addCookies([{ name: 'consent', value: '1', url }]);
    const page = await context.newPage();
    await page.addInitScript(watchPictures);
    await page.goto(url);
    const first = await openOne(page, model);
    await openOne(page, other);
    return { first, warm: await openOne(page, model) };
  } finally {
    await context.close();
    server.close();
  }
}

/** @param {import('playwright-core').Page} page @param {string} model @returns {Promise<number>} */
async function openOne(page, model) {
  await page.waitForTimeout(quietMs);
  await page.evaluate(() => performance.clearMarks());
  await page.locator('#open-file-dialog').setInputFiles(model);
  const took = await page.waitForFunction(
    () => {
      const at = (/** @type {string} */ name) => performance.getEntriesByName(name).at(-1)?.startTime;
      const [chosen, shown] = [at('command'), at('picture')];
      return chosen !== undefined && shown !== undefined && shown > chosen ? shown - chosen : undefined;
    },
    undefined,
    { timeout: 120_000 },
  );
  return /** @type {Promise<number>} */ (took.jsonValue());
}

/** Runs in the page: marks the choice of a file, and the frame after the one in which its graph is shown. */
function watchPictures() {
  // Netron puts a function that throws in its place, and Playwright asks the page through it.
  const own = Reflect.get(globalThis, 'eval');
  Object.defineProperty(globalThis, 'eval', { get: () => own, set: () => undefined });
  addEventListener('change', () => performance.mark('command'), true);
  let isShown = false;
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(() => {
      const { classList } = document.body;
      const shown =
        classList.contains('default') && document.querySelector('#canvas .node text, .canvas text') !== null;
      if (shown && !isShown) requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('picture')));
      isShown = shown;
    }).observe(document.body, { attributes: true, childList: true, subtree: true });
  });
}
