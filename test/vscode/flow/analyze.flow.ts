import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);

/** The way a person goes: right-click a model, look, export the plan, generate the compose file. One step a test. */
describe.skipIf(program === undefined)(
  `from right-click to compose file (${program ? 'real VS Code' : browserAdvice})`,
  () => {
    let workbench: Workbench;

    beforeAll(async () => {
      workbench = await Workbench.open(theStage(), 'analyze');
    });
    afterAll(async () => workbench?.close());

    it('offers "Analyze DNN splits" on an .onnx file and fills the tree', async () => {
      await workbench.picture('1-open');
      await workbench.chooseOnFile('resnet152.onnx', 'Analyze DNN splits');
      await workbench.waitForTreeRow('Candidate points');
      await workbench.treeRow('avg_pool').first().waitFor();
      await workbench.picture('2-tree');
    });

    it('draws the graph with its nodes by name', async () => {
      await workbench.graph.locator('canvas').first().waitFor({ timeout: 30_000 });
      await workbench.graph.locator('[data-state="ready"]').waitFor({ timeout: 30_000 });
      await workbench.picture('3-graph');
    });

    it('shows the plan in the status bar in one line', async () => {
      await workbench.statusBar.waitFor();
      expect(await workbench.statusBar.innerText()).toMatch(/device.*edge.*cloud.*ms/);
    });

    it('selects in the graph what is selected in the tree', async () => {
      await workbench.selectInTree('avg_pool', workbench.graph.locator('[aria-live]', { hasText: 'avg_pool' }).first());
      await workbench.picture('4-selected');
    });

    it('exports the plan from the command palette', async () => {
      await workbench.runCommand('DNNSplit: Export Plan');
      await workbench.editorTab('resnet152.splitplan.json').waitFor({ timeout: 20_000 });
      const plan = JSON.parse(await readFile(join(workbench.workspace, 'resnet152.splitplan.json'), 'utf8'));
      expect(plan.format).toBe('dnnsplit.splitplan');
      expect(plan.tiers.map((tier: { id: string }) => tier.id)).toEqual(['device', 'edge', 'cloud']);
      await workbench.picture('5-plan');
    });

    it('generates a compose file by a code action on the plan', async () => {
      await workbench.page.locator('.view-line', { hasText: 'dnnsplit.splitplan' }).first().click();
      await workbench.chooseCodeAction('Generate Docker Compose');
      await workbench.editorTab('compose.yaml').waitFor({ timeout: 20_000 });
      await workbench.picture('6-compose');
      const path = workbench.findFile('compose.yaml');
      expect(path).toBeDefined();
      const compose = parse(readFileSync(path ?? '', 'utf8'));
      expect(Object.keys(compose.services).length).toBeGreaterThan(0);
    });

    it('plans again at once when the configuration is saved', async () => {
      const before = await workbench.statusBar.innerText();
      const config = join(workbench.workspace, 'dnnsplit.json');
      const text = await readFile(config, 'utf8');
      await writeFile(config, text.replace('"bandwidthMbps": 50,', '"bandwidthMbps": 0.05,'));
      await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).not.toBe(before);
      await workbench.picture('7-replanned');
      await writeFile(config, text);
      await expect.poll(() => workbench.statusBar.innerText(), { timeout: 20_000 }).toBe(before);
    });

    it('says in one sentence what is wrong with a configuration, and goes on', async () => {
      const config = join(workbench.workspace, 'dnnsplit.json');
      const text = await readFile(config, 'utf8');
      await writeFile(config, text.replace('"links": [', '"links": '));
      await workbench.notification('dnnsplit.json').first().waitFor({ timeout: 20_000 });
      await workbench.picture('8-bad-config');
      await writeFile(config, text);
      await workbench.statusBar.filter({ hasText: 'ms' }).waitFor({ timeout: 20_000 });
    });

    const broken = [
      { file: 'empty.onnx', bytes: () => new Uint8Array(), says: /empty/ },
      { file: 'notes.onnx', bytes: () => new TextEncoder().encode('These are my notes, not a model.\n'), says: /text/ },
      {
        file: 'truncated.onnx',
        bytes: (model: Uint8Array) => model.subarray(0, Math.floor(model.length / 2)),
        says: /truncated|ends/,
      },
    ];
    for (const { file, bytes, says } of broken) {
      it(`says what is wrong with ${file}`, async () => {
        const model = readFileSync(join(workbench.workspace, 'resnet152.onnx'));
        await writeFile(join(workbench.workspace, file), bytes(model));
        await workbench.activity('Explorer').click();
        await workbench.chooseOnFile(file, 'Analyze DNN splits');
        const message = workbench.notification(says).first();
        // A message leaves by itself after a while: it is read as soon as it is there.
        const text = await message.locator('.notification-list-item-message').innerText({ timeout: 30_000 });
        await workbench.picture(`9-${file}`);
        expect(text).not.toMatch(/\n|Error:|undefined| at \w+ \(/);
      });
    }

    it('still analyzes a good model afterwards', async () => {
      await workbench.activity('Explorer').click();
      await workbench.chooseOnFile('resnet152.onnx', 'Analyze DNN splits');
      await workbench.waitForTreeRow('avg_pool');
      expect(existsSync(join(workbench.workspace, 'resnet152.onnx'))).toBe(true);
      await workbench.picture('10-again');
    });
  },
);
