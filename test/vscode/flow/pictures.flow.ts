import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { browserAdvice } from '../driver/findBrowser.mjs';
import { repository } from '../driver/paths.mjs';
import { prepareStage, Workbench } from './workbench';

const isWanted = process.env['DNNSPLIT_PICTURES'] !== undefined;
/** Looks of the pictures, by the end of their names. */
const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' };
const folder = join(repository, 'docs/pictures');

/**
 * Takes the pictures of the README from the real thing. Not part of a run of the tests: set DNNSPLIT_PICTURES to take them
 * again, and look at them before they are committed.
 */
describe.skipIf(!isWanted)('pictures of the product (DNNSPLIT_PICTURES takes them again)', () => {
  it.each(Object.entries(themes))(
    'are taken in a %s theme',
    async (look, theme) => {
      const stage = await prepareStage();
      if (stage === undefined) throw new Error(browserAdvice);
      const workbench = await Workbench.open(stage, `pictures-${look}`, { theme });
      const { page, graph } = workbench;
      try {
        await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
        await workbench.waitForTreeRow('Candidate points');
        // The graph is laid out once there is a picture to save.
        await graph.getByRole('button', { name: 'Save Picture', disabled: false }).waitFor();
        const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
        // WebP without loss is half of a PNG.
        const webp = await page.evaluate(async (text) => {
          const image = new Image();
          image.src = `data:image/png;base64,${text}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.width, image.height];
          canvas.getContext('2d')?.drawImage(image, 0, 0);
          return canvas.toDataURL('image/webp', 1).split(',')[1] ?? '';
        }, png.toString('base64'));
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, `window-${look}.webp`), Buffer.from(webp, 'base64'));
      } finally {
        await workbench.close();
      }
    },
    480_000,
  );
});
