import { describe, expect, it } from 'vitest';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { prepareStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);

const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
};

/** The tree as a screen reader hears it and as each theme shows it. */
describe.skipIf(program === undefined)(`the tree (${program ? 'real VS Code' : browserAdvice})`, () => {
  const stage = prepareStage();

  it.each(Object.entries(themes))('says and shows every row in the %s theme', async (name, theme) => {
    const ready = await stage;
    if (ready === undefined) throw new Error(browserAdvice);
    const workbench = await Workbench.open(ready, `tree-${name}`, { theme });
    try {
      await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
      const candidates = workbench.treeRow('Candidate points').first();
      await candidates.waitFor({ timeout: 60_000 });
      await workbench.statusBar.filter({ hasText: 'ms' }).waitFor({ timeout: 60_000 });
      // Expanded by keyboard alone: up to the section, right to open, down to its rows.
      for (const section of ['Baselines and strategies', 'Bandwidth regimes']) {
        await workbench.treeRow(section).first().click();
        await workbench.page.keyboard.press('ArrowLeft');
        await workbench.page.keyboard.press('ArrowRight');
      }
      await workbench.treeRow('Everything on').first().waitFor();
      const rows = workbench.page.locator('.split-view-view .monaco-list-row[aria-label]');
      const said = await rows.evaluateAll((found) => found.map((row) => row.getAttribute('aria-label') ?? ''));
      // The sample states no price for the device.
      expect(said.find((label) => label.startsWith('Tier device: '))).toMatch(/nodes, .* cost not stated$/);
      expect(said.find((label) => label.startsWith('Tier edge: '))).toMatch(/nodes, .* per million requests$/);
      expect(said.find((label) => label.startsWith('Link from device to edge: '))).toBeTruthy();
      expect(said.find((label) => /^Candidate \d+ after .*, chosen: /.test(label))).toBeTruthy();
      for (const label of said) expect(label).not.toMatch(/\/M\b|\||undefined|NaN|\$\(/);
      await workbench.picture('1-rows');
      // A row that is drawn anew under the pointer has no tooltip until the pointer comes again.
      const tooltip = workbench.page.locator('.monaco-hover', { hasText: 'Bandwidth' });
      const pointed = async () => {
        if (await tooltip.isVisible()) return true;
        await candidates.hover();
        await workbench.treeRow('device to edge').first().hover();
        return tooltip.waitFor({ timeout: 4000 }).then(
          () => true,
          () => false,
        );
      };
      await expect.poll(pointed, { timeout: 30_000 }).toBe(true);
      await workbench.picture('2-tooltip');
    } finally {
      await workbench.close();
    }
  });
});
