import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, it } from 'vitest';
import { repository } from '../driver/paths.mjs';
import { theStage, Workbench } from './workbench';

const isWanted = process.env['DNNSPLIT_PICTURES'] !== undefined;
/** Looks of the pictures, by the end of their names. */
const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' };
/** The part of the window that a step of the walkthrough shows, in CSS pixels. */
const shown = { width: 360, height: 216 };
/** Levels of each color in small pictures: text stays sharp, and a picture takes two thirds. */
const fewLevels = 16;

/**
 * Takes the pictures of the README and of the walkthrough from the real thing. Not part of a run of the tests: set
 * DNNSPLIT_PICTURES to take them again, and look at them before they are committed.
 */
describe.skipIf(!isWanted)('pictures of the product (DNNSPLIT_PICTURES takes them again)', { timeout: 480_000 }, () => {
  it.each(Object.entries(themes))('of the window in a %s theme', (look, theme) =>
    inWorkbench(`window-${look}`, theme, async (workbench) => {
      await analyze(workbench);
      await keep(workbench.page, `docs/pictures/window-${look}.webp`, 256);
    }),
  );

  it.each(Object.entries(themes))('of the steps of the walkthrough in a %s theme', (look, theme) =>
    inWorkbench(`walkthrough-${look}`, theme, async (workbench) => {
      const { page } = workbench;
      const step = (name: string, around: Locator) =>
        keepAround(page, `media/walkthrough/${name}-${look}.webp`, around);
      await workbench.file('mobilenetv2.onnx').click({ button: 'right' });
      const entry = page.getByRole('menuitem', { name: 'Analyze DNN splits' }).first();
      await entry.hover();
      await step('analyze', workbench.file('mobilenetv2.onnx'));
      await page.keyboard.press('Escape');
      await analyze(workbench);
      await workbench.treeRow('Candidate points').first().click();
      await page.keyboard.press('ArrowRight');
      await workbench.treeRow(/kB/).first().waitFor();
      await step('candidates', workbench.treeRow('Candidate points').first());
      await workbench.runCommand('DNNSplit: Open Configuration');
      await workbench.editorTab('dnnsplit.json').first().waitFor();
      const editor = page.locator('.editor-group-container.active .line-numbers').first();
      await step('tiers', editor);
      await workbench.runCommand('DNNSplit: Export Plan');
      await workbench.editorTab('mobilenetv2.splitplan.json').first().waitFor();
      await page.getByText('Plan Again').first().waitFor();
      await step('export', editor);
      await page.keyboard.press('Control+.');
      const menu = page.locator('.action-widget .monaco-list-row').first();
      await menu.waitFor();
      await step('deploy', menu);
    }),
  );
});

async function inWorkbench(name: string, theme: string, take: (workbench: Workbench) => Promise<void>): Promise<void> {
  const workbench = await Workbench.open(theStage(), name, { theme });
  try {
    await take(workbench);
  } finally {
    await workbench.close();
  }
}

async function analyze(workbench: Workbench): Promise<void> {
  await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
  await workbench.waitForTreeRow('Candidate points');
  // The graph is laid out once there is a picture to save.
  await workbench.graph.getByRole('button', { name: 'Save Picture', disabled: false }).waitFor();
}

/** Keeps what lies to the right of a place and below it, a little before it included. */
async function keepAround(page: Page, path: string, around: Locator): Promise<void> {
  await around.waitFor();
  const box = await around.boundingBox();
  const size = page.viewportSize();
  if (box === null || size === null) throw new Error(`Nothing is shown for ${path}.`);
  const x = Math.max(0, Math.min(box.x - 8, size.width - shown.width));
  const y = Math.max(0, Math.min(box.y - 30, size.height - shown.height));
  await keep(page, path, fewLevels, { x, y, ...shown });
}

/** Keeps the window, or a part of it, as WebP without loss, which is half of a PNG. */
async function keep(
  page: Page,
  path: string,
  levels: number,
  clip?: { x: number; y: number; width: number; height: number },
): Promise<void> {
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide', ...(clip && { clip }) });
  const webp = await page.evaluate(
    async ([text, steps]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${text}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const pen = canvas.getContext('2d');
      if (pen === null) throw new Error('This browser draws nothing.');
      pen.drawImage(image, 0, 0);
      const pixels = pen.getImageData(0, 0, image.width, image.height);
      const step = 255 / (steps - 1);
      pixels.data.forEach((value, at) => {
        pixels.data[at] = Math.round(Math.round(value / step) * step);
      });
      pen.putImageData(pixels, 0, 0);
      return canvas.toDataURL('image/webp', 1).split(',')[1] ?? '';
    },
    [png.toString('base64'), levels] as const,
  );
  const target = join(repository, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, Buffer.from(webp, 'base64'));
}
