import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);

/** By their names in the list of themes, and the class of the workbench in each. */
const themes = [
  ['dark', 'Dark Modern', 'vs-dark'],
  ['light', 'Light Modern', 'vs'],
  ['hc-dark', 'Dark High Contrast', 'hc-black'],
  ['hc-light', 'Light High Contrast', 'hc-light'],
] as const;

/** The tree as a screen reader hears it and as each theme shows it. */
describe.skipIf(program === undefined)(`the tree (${program ? 'real VS Code' : browserAdvice})`, () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await Workbench.open(theStage(), 'tree', { theme: 'Default Dark Modern' });
    await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
    await workbench.waitForTreeRow('Candidate points');
    await workbench.statusBar.filter({ hasText: 'ms' }).waitFor({ timeout: 60_000 });
  });
  afterAll(() => workbench?.close());

  it.each(themes)('says and shows every row in the %s theme', async (name, theme, themeClass) => {
    await workbench.chooseTheme(theme);
    await workbench.page.locator(`.monaco-workbench.${themeClass}`).waitFor();
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
    await workbench.picture(`1-rows-${name}`);
    // That of another theme is gone.
    await workbench.page.locator('.monaco-hover', { hasText: 'Bandwidth' }).waitFor({ state: 'hidden' });
    await workbench.hoverOf(workbench.treeRow('device to edge').first(), 'Bandwidth');
    await workbench.picture(`2-tooltip-${name}`);
  });
});
