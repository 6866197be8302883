import { chromium } from 'playwright-core';

/**
 * @param {string} program
 * @param {{ scale?: number, width?: number, height?: number, reducedMotion?: 'reduce' }} [options]
 */
export async function openBrowser(program, options = {}) {
  const browser = await chromium.launch({
    executablePath: program,
    headless: true,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    deviceScaleFactor: options.scale ?? 1,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...(options.reducedMotion && { reducedMotion: options.reducedMotion }),
  });
  return { browser, context, page: await context.newPage() };
}
