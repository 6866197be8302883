import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import axe from 'axe-core';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { repository } from '../driver/paths.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);
const themes = ['Dark High Contrast', 'Light Modern', 'Light High Contrast'];

/** What a person does in the graph, by keyboard, by mouse and from the tree. One step a test. */
describe.skipIf(program === undefined)(`the graph (${program ? 'real VS Code' : browserAdvice})`, () => {
  let workbench: Workbench;
  const blocked: string[] = [];

  const graph = () => workbench.graph.getByRole('tree');
  const focused = () => workbench.graph.locator('#focused-node');
  const spoken = () => workbench.graph.locator('.visually-hidden[aria-live]');
  const tab = (name: string) => workbench.graph.getByRole('tab', { name, exact: true });
  const inGraph = (role: 'button' | 'heading', name: string | RegExp) =>
    workbench.graph.getByRole(role, { name, ...(typeof name === 'string' && { exact: true }) });

  const selectInTree = (name: string) => workbench.selectInTree(name, inGraph('heading', name));

  async function press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await graph().press(key);
  }

  /** Waits until an element says something else than before. */
  async function changed(element: Locator, act: () => Promise<void>): Promise<string> {
    const before = await element.textContent();
    await act();
    await expect.poll(() => element.textContent(), { timeout: 20_000 }).not.toBe(before);
    return (await element.textContent()) ?? '';
  }

  async function frame(): Promise<Frame> {
    const body = await workbench.graph.locator('body').elementHandle();
    const owner = await body?.ownerFrame();
    if (!owner) throw new Error('The graph has no frame.');
    return owner;
  }

  beforeAll(async () => {
    workbench = await Workbench.open(theStage(), 'graph', {
      theme: 'Default Dark Modern',
      prepare: async (workspace) => {
        await cp(join(repository, 'test/fixtures/models/s_if_capture.onnx'), join(workspace, 'branches.onnx'));
        const results = { block_3_project: { value: 3 }, Conv1: { value: 12 }, of_another_model: { value: 1 } };
        await writeFile(join(workspace, 'energy.json'), JSON.stringify({ main: { results } }));
      },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    workbench.page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text()) && /style-src|script-src 'nonce/.test(message.text())) {
        blocked.push(message.text());
      }
    });
    await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
    await workbench.graph.locator('[data-state="ready"]').waitFor({ timeout: 90_000 });
    await workbench.waitForTreeRow('block_3_project');
  });
  afterAll(async () => workbench?.close());

  it('has a role and a name for every part', async () => {
    await expect.poll(() => graph().getAttribute('aria-label')).toBe('Graph of mobilenetv2.onnx');
    await workbench.graph.getByRole('toolbar', { name: 'Graph tools' }).waitFor();
    await workbench.graph.getByRole('tablist', { name: 'Details and plan' }).waitFor();
    await workbench.graph.getByRole('separator', { name: 'Resize the panel' }).waitFor();
    for (const name of ['Node', 'Candidates', 'Nodes', 'Plan', 'Charts']) await tab(name).waitFor();
    const tools = workbench.graph.getByRole('toolbar', { name: 'Graph tools' });
    for (const name of ['Zoom in (+)', 'Zoom out (−)', 'Fit', 'Save Picture', 'Export Plan']) {
      await tools.getByRole('button', { name, exact: true }).waitFor();
    }
    await workbench.picture('1-open');
  });

  it('opens on the answer: where to split, what that takes, and against what', async () => {
    await workbench.graph.getByRole('tab', { name: 'Plan', exact: true, selected: true }).waitFor();
    await inGraph('heading', /^Split after block_\w+: [\d.]+ ms, [\d.]+ times faster than everything on/).waitFor();
    for (const name of ['This plan', 'All on device', 'All on edge', 'All on cloud', 'Next best']) {
      await inGraph('button', new RegExp(`^${name}`))
        .first()
        .waitFor();
    }
    await inGraph('button', 'Verify…').waitFor();
  });

  it('is walked by keyboard along its edges', async () => {
    await graph().focus();
    expect(await changed(focused(), () => press('Home'))).toMatch(/input_layer/);
    expect(await changed(focused(), () => press('ArrowDown'))).toMatch(/Conv/);
    expect(await changed(focused(), () => press('ArrowDown'))).toMatch(/BatchNormalization/);
    expect(await changed(focused(), () => press('ArrowUp'))).toMatch(/Conv/);
    expect(await changed(focused(), () => press('End'))).not.toMatch(/Conv/);
    await press('Home', 'ArrowDown');
    expect(await changed(spoken(), () => press('Enter'))).toMatch(/^Selected Conv/);
    await inGraph('heading', 'Time per tier').waitFor({ timeout: 20_000 });
    await inGraph('heading', 'Inputs').waitFor();
    await workbench.picture('2-walked');
    await press('Escape');
    await workbench.graph.getByRole('tab', { name: 'Plan', exact: true, selected: true }).waitFor();
  });

  it('folds the block around a node and unfolds it', async () => {
    await press('Home', 'ArrowDown');
    const shown = async () => Number(await focused().getAttribute('aria-setsize'));
    const before = await shown();
    expect(await changed(spoken(), () => press('Space'))).toMatch(/^Folded/);
    await expect.poll(shown, { timeout: 20_000 }).toBeLessThan(before);
    await workbench.picture('3-folded');
    expect(await focused().textContent()).toMatch(/nodes/);
    expect(await changed(spoken(), () => press('Space'))).toMatch(/^Unfolded/);
    await expect.poll(shown, { timeout: 20_000 }).toBe(before);
  });

  it('finds nodes by name', async () => {
    await press('/');
    await workbench.graph
      .getByRole('textbox', { name: 'Search nodes' })
      .and(workbench.graph.locator(':focus'))
      .waitFor();
    await workbench.page.keyboard.type('global_average');
    const first = workbench.graph.locator('.result').first();
    await first.filter({ hasText: 'global_average' }).waitFor({ timeout: 20_000 });
    await workbench.picture('4-search');
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.graph.locator('.result:focus').press('Enter');
    await inGraph('heading', 'global_average_pooling2d').waitFor({ timeout: 20_000 });
  });

  it('shows in the tree what is selected in the graph, and the other way around', async () => {
    const selected = workbench.page.locator('.split-view-view .monaco-list-row.selected');
    await selected.filter({ hasText: 'global_average_pooling2d' }).waitFor({ timeout: 20_000 });
    await selectInTree('block_3_project');
    await inGraph('heading', 'Time per tier').waitFor({ timeout: 20_000 });
    await expect.poll(() => spoken().textContent()).toMatch(/block_3_project/);
    await workbench.picture('5-selected');
  });

  it('moves a boundary by dragging it, and takes that back', async () => {
    const status = await workbench.statusBar.innerText();
    const canvas = workbench.graph.locator('canvas').first();
    const box = await canvas.boundingBox();
    if (box === null) throw new Error('The canvas is not on the screen.');
    const cursor = () => canvas.evaluate((element) => getComputedStyle(element).cursor);
    let grip: number | undefined;
    for (let y = 4; y < box.height && grip === undefined; y += 6) {
      await workbench.page.mouse.move(box.x + 8, box.y + y);
      if ((await cursor()) === 'ns-resize') grip = y;
    }
    if (grip === undefined) throw new Error('No boundary is in sight.');
    await workbench.page.mouse.down();
    const aim = grip < box.height / 2 ? grip + 260 : grip - 260;
    await workbench.page.mouse.move(box.x + 8, box.y + aim, { steps: 8 });
    await workbench.picture('6-dragging');
    await workbench.page.mouse.up();
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(status);
    await workbench.picture('7-dropped');
    await graph().focus();
    await press('Control+z');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(status);
    await press('Control+Shift+z');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(status);
    await press('Control+z');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(status);
  });

  it('cuts where the keyboard is', async () => {
    const status = await workbench.statusBar.innerText();
    await selectInTree('block_3_project');
    await inGraph('button', 'Cut Here: device → edge').focus();
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(status);
    await copiesItsCommand();
    await tab('Plan').click();
    await inGraph('button', 'Undo').click();
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(status);
  });

  /** The command that is copied makes the plan that is shown, with what is tried. */
  async function copiesItsCommand(): Promise<void> {
    await workbench.page.evaluate(() => navigator.clipboard.writeText(''));
    await workbench.runCommand('DNNSplit: Copy as Command');
    const copied = () => workbench.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied, { timeout: 20_000 }).toMatch(/^dnnsplit plan mobilenetv2\.onnx .*--cut/);
    const [, ...words] = (await copied()).split(' ');
    const program = [join(repository, 'dist/cli.js'), ...words, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: workbench.workspace });
    const { latencyMs } = JSON.parse(stdout);
    expect(await workbench.statusBar.innerText()).toContain(`${Number(latencyMs.toPrecision(3))} ms`);
  }

  it('has a menu of its own on a node: folds, names, pins and the tree', async () => {
    await selectInTree('block_13_project');
    const item = (name: string) => workbench.page.getByRole('menuitem', { name, exact: true });
    await openMenu(item('Cut Here'));
    for (const name of ['Pin to Tier…', 'Compare With…', 'Reveal in Tree', 'Copy Tensor Names']) {
      await item(name).waitFor({ timeout: 20_000 });
    }
    expect(await item('Paste').count()).toBe(0);
    await workbench.picture('7-menu');
    const status = await workbench.statusBar.innerText();
    await item('Cut Here').click();
    await workbench.graph.locator('.notice').getByRole('button', { name: '1: device → edge' }).click();
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(status);
    await graph().press('Control+z');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(status);
  });

  /** Opens the menu of what was revealed. Before that has come to the middle, another box may be there: its menu is closed. */
  async function openMenu(wanted: Locator): Promise<void> {
    const opened = async () => {
      await clickInMiddle();
      const isThere = await wanted.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
      if (!isThere) await workbench.page.keyboard.press('Escape');
      return isThere;
    };
    await expect.poll(opened, { timeout: 40_000 }).toBe(true);
  }

  /** Right-clicks the box in the middle of the graph. */
  async function clickInMiddle(): Promise<void> {
    const canvas = workbench.graph.locator('canvas').first();
    const box = await canvas.boundingBox();
    if (box === null) throw new Error('The canvas is not on the screen.');
    const cursor = () => canvas.evaluate((element) => getComputedStyle(element).cursor);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    for (let step = 0; step < 30; step++) {
      await workbench.page.mouse.move(x, y + (step % 2 === 0 ? 1 : -1) * step * 8);
      if ((await cursor()) !== 'pointer') continue;
      await workbench.page.mouse.click(x, y + (step % 2 === 0 ? 1 : -1) * step * 8, { button: 'right' });
      return;
    }
    throw new Error('No box is in the middle of the graph.');
  }

  it('holds the plan against another one', async () => {
    await tab('Plan').click();
    await inGraph('button', 'Compare: single:edge').click({ timeout: 30_000 });
    await inGraph('heading', 'Compared with single:edge').waitFor({ timeout: 20_000 });
    await workbench.graph.getByText('62 of 157 nodes run on another tier').waitFor();
    await workbench.picture('8-compared');
    await inGraph('button', 'Stop Comparing').click();
    await inGraph('heading', 'Compared with single:edge').waitFor({ state: 'detached' });
  });

  it('offers the efficient plans', async () => {
    await tab('Charts').click();
    const use = inGraph('button', /^Use the plan with/).first();
    const status = await workbench.statusBar.innerText();
    await use.click({ timeout: 30_000 });
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(status);
    await workbench.picture('9-efficient');
    await graph().focus();
    await press('Control+z');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(status);
    await tab('Node').click();
  });

  it('maps the best plans over both bandwidths, and sets both by keyboard', async () => {
    await tab('Charts').click();
    const map = workbench.graph.getByRole('group', { name: 'Best plan by bandwidth of two links' });
    await map.waitFor({ timeout: 30_000 });
    const status = await workbench.statusBar.innerText();
    const told = workbench.graph.getByText(/^Plan 1: all on device, [\d.]+ ms at/);
    await map.locator('[tabindex="0"]').press('Home');
    await told.waitFor({ timeout: 20_000 });
    await workbench.picture('10-map');
    // A map that arrives meanwhile leaves the focus where it is.
    await map.locator('.region-plan:focus').press('Enter');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(status);
    expect(await workbench.statusBar.innerText()).toContain('device');
    await workbench.picture('11-map-chosen');
    await graph().focus();
    await press('Control+z');
    await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(status);
    await tab('Node').click();
  });

  it('saves a picture only where a person says', async () => {
    await savePicture('SVG', 'Light');
    const input = workbench.page.locator('.quick-input-widget input').first();
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/mobilenetv2\.svg$/);
    expect(workbench.findFile('mobilenetv2.svg')).toBeUndefined();
    await workbench.page.keyboard.press('Enter');
    const saved = () => {
      const path = workbench.findFile('mobilenetv2.svg');
      return path === undefined ? '' : readFileSync(path, 'utf8');
    };
    await expect.poll(saved, { timeout: 30_000 }).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    const svg = saved();
    expect(svg).toContain('BatchNormalization');
  });

  /** A quick pick closes when the workbench moves the focus once more after a command: then it is opened again. */
  async function savePicture(choice: string, ...looks: readonly string[]): Promise<void> {
    const rowOf = (text: string) =>
      workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    const row = rowOf(choice);
    for (let attempt = 1; ; attempt++) {
      await workbench.runCommand('DNNSplit: Save Picture');
      await row.waitFor({ timeout: 20_000 });
      await workbench.picture('10-formats');
      try {
        await row.click({ timeout: 5000 });
        for (const look of looks) await rowOf(look).click({ timeout: 10_000 });
        return;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }

  it('saves all of the graph as pixels, not only what is on the screen', async () => {
    await savePicture('PNGwhole graph', '1x', 'Dark');
    const input = workbench.page.locator('.quick-input-widget input').first();
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/mobilenetv2\.png$/);
    await workbench.page.keyboard.press('Enter');
    const size = () => {
      const path = workbench.findFile('mobilenetv2.png');
      const bytes = path === undefined ? Buffer.alloc(0) : readFileSync(path);
      return bytes.length < 24 ? 0 : bytes.readUInt32BE(20);
    };
    await expect.poll(size, { timeout: 30_000 }).toBeGreaterThan(5000);
  });

  it("shows somebody else's values of the nodes", async () => {
    await graph().focus();
    await workbench.runCommand('DNNSplit: Show Node Data');
    const input = workbench.page.locator('.quick-input-widget input').first();
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toContain(workbench.workspace);
    await input.fill(join(workbench.workspace, 'energy.json'));
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'energy.json' }).first().waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.graph.locator('.legend', { hasText: '2 of 157 nodes' }).waitFor({ timeout: 20_000 });
    await workbench.picture('11-node-data');
  });

  it('follows the color theme while it is open', async () => {
    const corner = () =>
      workbench.graph
        .locator('canvas')
        .first()
        .evaluate((canvas) =>
          [...((canvas as HTMLCanvasElement).getContext('2d')?.getImageData(2, 2, 1, 1).data ?? [])].join(),
        );
    const seen = new Set([await corner()]);
    for (const theme of themes) {
      const before = await corner();
      await workbench.chooseTheme(theme);
      await expect.poll(corner, { timeout: 20_000 }).not.toBe(before);
      seen.add(await corner());
      await workbench.picture(`12-${theme.toLowerCase().replaceAll(' ', '-')}`);
    }
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });

  /** Serious findings of axe-core on each of these tabs. */
  async function checkTabs(...names: readonly string[]): Promise<void> {
    const page = await frame();
    await page.evaluate(axe.source);
    for (const name of names) {
      await tab(name).click();
      const findings = await page.evaluate(async () => {
        const { axe: checker } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
        };
        const { violations } = await checker.run();
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      });
      expect(findings, name).toEqual([]);
    }
  }

  it('has no serious accessibility findings on any of its tabs', async () => {
    await checkTabs('Node', 'Candidates', 'Nodes', 'Plan', 'Charts');
  });

  it('opens the branches of an If by keyboard, says so, and leads back', async () => {
    await workbench.chooseOnFileInExplorer('branches.onnx', 'Analyze DNN splits');
    await expect.poll(() => graph().getAttribute('aria-label'), { timeout: 60_000 }).toBe('Graph of branches.onnx');
    await workbench.graph.locator('[data-state="ready"]').waitFor({ timeout: 60_000 });
    await graph().focus();
    await press('/');
    await workbench.graph.locator('vscode-text-field:focus-within').waitFor();
    await workbench.page.keyboard.type('/If');
    await workbench.graph.locator('.result', { hasText: '/If' }).first().waitFor({ timeout: 20_000 });
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.graph.locator('.result:focus').press('Enter');
    await expect.poll(() => focused().textContent(), { timeout: 20_000 }).toMatch(/can be opened, 2 bodies inside$/);
    expect(await focused().getAttribute('aria-expanded')).toBe('false');
    expect(await changed(spoken(), () => press('o'))).toMatch(/^Opened then_branch of \/If, 2 nodes/);
    expect(await changed(focused(), () => press('End'))).toMatch(/output|Mul/);
    const way = workbench.graph.getByRole('navigation', { name: 'Place in the model' });
    await way.getByRole('button', { name: 'else_branch' }).click();
    await expect.poll(() => spoken().textContent()).toMatch(/^Opened else_branch of \/If, 5 nodes/);
    await workbench.picture('13-body');
    await checkTabs('Nodes', 'Node');
    await graph().focus();
    await press('Backspace');
    await way.waitFor({ state: 'hidden', timeout: 20_000 });
    expect(await focused().textContent()).toMatch(/^If/);
  });

  it('breaks no rule of its content security policy', () => {
    expect(blocked).toEqual([]);
  });
});
