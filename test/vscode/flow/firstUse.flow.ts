import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);

/**
 * What a person wants of the product on the first day, with the number of actions that each takes: a click, a key or
 * shortcut, or a text that is typed. A task begins where the one before it ended.
 *
 * | task | before | now |
 * |---|---|---|
 * | find the recommended cut and why | 4: menu, entry, tab *Plan*, scroll to the cut; no alternatives beside it | 2 |
 * | what if the link were 10 times slower | 2 | 2 |
 * | cut after a named node, and take it back | 6 where one tensor crosses, else impossible | 6 |
 * | use my own times | 6: palette, title, Enter, the tier's value, another one, save | 3 |
 * | hand it to a colleague | 5: plan and picture, the words are one's own | 2 |
 * | deploy it | 5: export, click into the plan, light bulb, target, Enter | 2 |
 * | all of it by keyboard, from the explorer's menu to the report | 20 tabs to the graph, no report | none to the graph |
 *
 * "Before" is what the first version took that had all of these parts but did not open on the answer.
 */
describe.skipIf(program === undefined)(`the first use (${program ? 'real VS Code' : browserAdvice})`, () => {
  let workbench: Workbench;
  const actions = new Map<string, number>();
  let task = '';

  const graph = () => workbench.graph.getByRole('tree');
  const inGraph = (role: 'button' | 'heading', name: string | RegExp) => workbench.graph.getByRole(role, { name });
  const status = () => workbench.statusBar.innerText();

  /** One action of a person. */
  async function act(work: () => Promise<unknown>): Promise<void> {
    actions.set(task, (actions.get(task) ?? 0) + 1);
    await work();
  }

  const begin = (name: string) => {
    task = name;
    actions.set(name, 0);
  };
  const press = (key: string) => act(() => workbench.page.keyboard.press(key));

  beforeAll(async () => {
    workbench = await Workbench.open(theStage(), 'first-use', { theme: 'Default Dark Modern' });
  });
  afterAll(async () => {
    for (const [name, count] of actions) console.log(`${String(count).padStart(3)} actions: ${name}`);
    await workbench?.close();
  });

  it('finds the recommended cut and why', async () => {
    begin('find the recommended cut and why');
    const entry = workbench.page.getByRole('menuitem', { name: 'Analyze DNN splits' }).first();
    await act(() => workbench.file('mobilenetv2.onnx').click({ button: 'right' }));
    await act(() => entry.click());
    await inGraph('heading', /^Split after block_\w+: [\d.]+ ms, [\d.]+ times faster than/).waitFor({
      timeout: 90_000,
    });
    await inGraph('heading', 'What this rests on').waitFor();
    await expect.poll(status, { timeout: 60_000 }).toMatch(/device.*ms/);
    // The keyboard is in the graph at once.
    await expect
      .poll(() => graph().evaluate((tree) => tree === document.activeElement), { timeout: 20_000 })
      .toBe(true);
    await workbench.picture('1-answer');
    expect(actions.get(task)).toBe(2);
  });

  it('asks what a link ten times slower would change', async () => {
    begin('what if the link were 10 times slower');
    const before = await status();
    const slider = workbench.graph.getByRole('slider', { name: 'Bandwidth device to edge' });
    await act(() => slider.click({ position: { x: 4, y: 8 } }));
    await expect.poll(status, { timeout: 20_000 }).not.toBe(before);
    await workbench.graph.getByText(/^Bandwidth device → edge: /).waitFor();
    await workbench.picture('2-slower');
    await act(() => inGraph('button', 'Reset to Configuration').click());
    await expect.poll(status, { timeout: 20_000 }).toBe(before);
    expect(actions.get(task)).toBe(2);
  });

  it('cuts after a node by its name', async () => {
    begin('cut after a named node');
    const before = await status();
    await graph().focus();
    await press('/');
    await workbench.graph.locator('vscode-text-field:focus-within').waitFor();
    await act(() => workbench.page.keyboard.type('block_6_project'));
    await workbench.graph.locator('.result', { hasText: 'block_6_project' }).first().waitFor({ timeout: 20_000 });
    await press('Enter');
    await act(() => workbench.graph.locator('.result:focus').press('Enter'));
    await inGraph('heading', /^block_6_project/)
      .first()
      .waitFor({ timeout: 20_000 });
    await press('1');
    await expect.poll(status, { timeout: 20_000 }).not.toBe(before);
    await workbench.picture('3-cut');
    await press('Control+z');
    await expect.poll(status, { timeout: 20_000 }).toBe(before);
    expect(actions.get(task)).toBeLessThanOrEqual(6);
  });

  it('counts with the own speed of a tier, and keeps it', async () => {
    begin('use my own times');
    await act(() => workbench.graph.getByRole('tab', { name: 'Plan', exact: true }).click());
    const before = await status();
    const speed = workbench.graph.getByRole('slider', { name: 'Speed of device' });
    await act(() => speed.click({ position: { x: 8, y: 8 } }));
    await workbench.graph.getByText(/^Speed of device: 0\.\d+x$/).waitFor({ timeout: 20_000 });
    await expect.poll(status, { timeout: 20_000 }).not.toBe(before);
    const slower = await status();
    await act(() => inGraph('button', 'Keep in Configuration').click());
    const config = () => readFileSync(`${workbench.workspace}/dnnsplit.json`, 'utf8');
    await expect.poll(config, { timeout: 20_000 }).toMatch(/"speed": 0\.\d+/);
    // What is kept is not tried any more, and the plan is the same.
    await inGraph('heading', 'Tried out').waitFor({ state: 'hidden', timeout: 20_000 });
    await expect.poll(status, { timeout: 20_000 }).toBe(slower);
    await workbench.picture('4-kept');
    expect(actions.get(task)).toBe(3);
  });

  it('hands the plan over as a report', async () => {
    begin('hand it to a colleague');
    await act(() => inGraph('button', 'Save Report…').click());
    const input = workbench.page.locator('.quick-input-widget input').first();
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/mobilenetv2\.report\.html$/);
    await press('Enter');
    const saved = () => {
      const path = workbench.findFile('mobilenetv2.report.html');
      return path === undefined ? '' : readFileSync(path, 'utf8');
    };
    await expect.poll(saved, { timeout: 30_000 }).toMatch(/<p class="lead">/);
    expect(actions.get(task)).toBe(2);
  });

  it('writes a deployment', async () => {
    begin('deploy it');
    await act(() => inGraph('button', 'Generate…').click());
    const target = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Docker Compose' }).first();
    await act(() => target.click({ timeout: 30_000 }));
    await workbench.editorTab('compose.yaml').first().waitFor({ timeout: 60_000 });
    expect(actions.get(task)).toBe(2);
  });

  it('shows the plan document as a page', async () => {
    await workbench.runCommand('DNNSplit: Export Plan');
    await workbench.editorTab('mobilenetv2.splitplan.json').first().waitFor({ timeout: 20_000 });
    await workbench.page.getByRole('button', { name: 'Open Preview' }).first().click();
    const page = workbench.page
      .locator('iframe.webview.ready')
      .last()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
    await page.getByRole('heading', { name: 'Split of mobilenetv2' }).waitFor({ timeout: 30_000 });
    await page.getByRole('cell', { name: 'Everything on cloud' }).waitFor();
    await workbench.picture('5-preview');
  });

  it('comes by keyboard alone from the menu of the explorer to a report', async () => {
    begin('by keyboard from the menu of the explorer to the report');
    const { page } = workbench;
    const list = page.locator('.explorer-folders-view .monaco-list:focus');
    // Pressed in the explorer, it leads back to the editor.
    if (!(await list.isVisible())) await press('Control+Shift+E');
    await list.waitFor({ timeout: 20_000 });
    // The explorer has the keyboard before it has read its folder, and goes to the file of the editor after that.
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'tiny-resnet.onnx' }).waitFor();
    const file = page.locator('.explorer-folders-view .monaco-list-row.focused', { hasText: 'tiny-resnet.onnx' });
    for (let step = 1; step < 200 && !(await file.isVisible()); step++)
      await press(step % 20 === 0 ? 'Home' : 'ArrowDown');
    await file.waitFor();
    await press('Shift+F10');
    const entry = page.locator('.monaco-menu .action-item.focused', { hasText: 'Analyze DNN splits' });
    await page.locator('.monaco-menu').first().waitFor();
    for (let step = 0; step < 40 && !(await entry.isVisible()); step++) await press('ArrowDown');
    await press('Enter');
    await expect.poll(() => graph().getAttribute('aria-label'), { timeout: 60_000 }).toBe('Graph of tiny-resnet.onnx');
    await inGraph('heading', 'Next steps').waitFor({ timeout: 60_000 });
    await expect
      .poll(() => graph().evaluate((tree) => tree === document.activeElement), { timeout: 20_000 })
      .toBe(true);
    await press('F6');
    const report = inGraph('button', 'Save Report…');
    const isThere = () => report.evaluate((button) => button.matches(':focus'));
    for (let step = 0; step < 60 && !(await isThere()); step++) await press('Tab');
    await press('Enter');
    const input = page.locator('.quick-input-widget input').first();
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/tiny-resnet\.report\.html$/);
    await press('Enter');
    await expect.poll(() => workbench.findFile('tiny-resnet.report.html'), { timeout: 30_000 }).toBeDefined();
  });
});
