import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse as parseJsonc } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startRelay } from '../../relay/splitChain';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { repository } from '../driver/paths.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);
const hasRegistry = await promisify(execFile)('npm', ['view', 'onnxruntime-node', 'version'], { timeout: 30_000 }).then(
  () => true,
  () => false,
);
const planFile = 'tiny-resnet.splitplan.json';

/** From a cut by hand to parts that are proven to answer alike, and their manifests. One step a test. */
describe.skipIf(program === undefined)(
  `from cut to deployed parts (${program ? 'real VS Code' : browserAdvice})`,
  () => {
    let workbench: Workbench;
    let extensionsFolder: string | undefined;

    const button = (name: string) => workbench.page.locator('.monaco-dialog-box').getByRole('button', { name });
    const closeNotifications = () => workbench.runCommand('Notifications: Clear All Notifications');

    /** Puts the cursor into the plan, where its code actions are. */
    async function goToPlan(): Promise<void> {
      await workbench.editorTab(planFile).click();
      await workbench.page.locator('.view-line', { hasText: 'dnnsplit.splitplan' }).first().click();
    }

    /** Folders of tiers, by name, with their sub-model and contract. */
    function tierFolders(): string[] {
      return readdirSync(workbench.workspace, { recursive: true, encoding: 'utf8' })
        .filter((path) => basename(path) === 'contract.json')
        .map((path) => join(workbench.workspace, dirname(path)));
    }

    /** The configuration, whose comments are of the starter. */
    async function configured() {
      return parseJsonc(await readFile(join(workbench.workspace, 'dnnsplit.json'), 'utf8'));
    }

    /** Chooses from the list that is asked with. */
    async function choose(label: string): Promise<void> {
      const row = workbench.page.locator('.quick-input-list .monaco-list-row').filter({
        has: workbench.page.getByText(label, { exact: true }),
      });
      await row.first().click({ timeout: 30_000 });
    }

    /** Answers a box that takes words, once it is the one that asks. */
    async function answer(asks: RegExp, text: string): Promise<void> {
      await workbench.page.locator('.quick-input-message', { hasText: asks }).waitFor({ timeout: 20_000 });
      const input = workbench.page.locator('.quick-input-widget input');
      await input.fill(text);
      await workbench.page.keyboard.press('Enter');
    }

    beforeAll(async () => {
      const stage = theStage();
      // Away from the repository, whose ONNX Runtime the extension would find in a folder above its own.
      extensionsFolder = await mkdtemp(join(tmpdir(), 'dnnsplit-extensions-'));
      await cp(stage.extensionsFolder, extensionsFolder, { recursive: true });
      workbench = await Workbench.open({ ...stage, extensionsFolder }, 'deploy');
      await workbench.chooseOnFile('tiny-resnet.onnx', 'Analyze DNN splits');
      await workbench.waitForTreeRow('Candidate points');
    });
    afterAll(async () => {
      await workbench?.close();
      if (extensionsFolder !== undefined) await rm(extensionsFolder, { recursive: true, force: true });
    });

    it('cuts at a candidate of the tree', async () => {
      // Candidates are shown before there is a plan to cut, where that takes its time.
      await workbench.statusBar.filter({ hasText: 'ms' }).waitFor({ timeout: 60_000 });
      const before = await workbench.statusBar.innerText();
      const candidates = workbench.page.locator('.split-view-view .monaco-list-row[aria-label^="Candidate "]');
      await candidates.first().waitFor();
      await workbench.picture('1-before');
      await workbench.chooseOn(candidates.nth(1), 'Cut Here', '2-menu');
      const pick = workbench.page.locator('.quick-input-list .monaco-list-row').first();
      // Where there are several links the one to cut is asked for.
      const answered = async () => {
        if (await pick.isVisible()) await pick.click({ timeout: 2000 }).catch(() => undefined);
        return workbench.statusBar.innerText();
      };
      await expect.poll(answered, { timeout: 30_000 }).not.toBe(before);
      await workbench.picture('3-cut');
    });

    it('exports a plan in which two tiers run something', async () => {
      await workbench.runCommand('DNNSplit: Export Plan');
      await workbench.editorTab(planFile).waitFor({ timeout: 20_000 });
      const plan = JSON.parse(await readFile(join(workbench.workspace, planFile), 'utf8'));
      const running = plan.tiers.filter((tier: { nodes: readonly unknown[] }) => tier.nodes.length > 0);
      expect(running.length).toBe(2);
      await workbench.picture('4-plan');
    });

    it('writes a sub-model and a contract for each tier', async () => {
      await goToPlan();
      await workbench.chooseCodeAction('Export Split Models');
      await workbench.notification('Exported').first().waitFor({ timeout: 60_000 });
      await workbench.picture('5-split');
      const running = tierFolders().filter((folder) => existsSync(join(folder, 'model.onnx')));
      expect(running.length).toBe(2);
      for (const folder of running) {
        const contract = JSON.parse(readFileSync(join(folder, 'contract.json'), 'utf8'));
        expect(contract.format).toBe('dnnsplit.contract');
        expect(contract.segment.file).toBe('model.onnx');
      }
    });

    describe.skipIf(!hasRegistry)(
      hasRegistry ? 'with ONNX Runtime from the registry' : 'skipped: npm reaches no registry for ONNX Runtime',
      () => {
        it('asks before it installs ONNX Runtime, and takes no for an answer', async () => {
          await closeNotifications();
          await goToPlan();
          await workbench.chooseCodeAction('Verify Split Models');
          await button('Install').waitFor({ timeout: 60_000 });
          await workbench.picture('6-ask');
          await button('Cancel').click();
          await button('Install').waitFor({ state: 'detached', timeout: 20_000 });
          await workbench.notification('Verifying').first().waitFor({ state: 'detached', timeout: 20_000 });
          await workbench.picture('7-declined');
          expect(await workbench.notification('ONNX Runtime').count()).toBe(0);
        });

        it('stops installing when canceled', async () => {
          await closeNotifications();
          await goToPlan();
          await workbench.chooseCodeAction('Verify Split Models');
          await button('Install').click({ timeout: 30_000 });
          const installing = workbench.notification('Installing ONNX Runtime').first();
          await installing.waitFor({ timeout: 20_000 });
          await workbench.picture('8-installing');
          await installing.getByRole('button', { name: 'Cancel' }).click();
          await installing.waitFor({ state: 'detached', timeout: 20_000 });
          await workbench.picture('9-canceled');
          expect(await workbench.editorTab(/Untitled/).count()).toBe(0);
        });

        it('installs it and finds the parts to answer bit for bit alike', async () => {
          await closeNotifications();
          await goToPlan();
          await workbench.chooseCodeAction('Verify Split Models');
          await button('Install').click({ timeout: 30_000 });
          const verdict = workbench.page.locator('.view-line', { hasText: 'bit-identical' }).first();
          await verdict.waitFor({ timeout: 110_000 });
          await workbench.picture('10-verified');
          expect(await verdict.innerText()).toMatch(/Outputs\sare\sbit-identical/);
        });

        it('measures the model here, so that the plan rests on its times', async () => {
          await closeNotifications();
          await workbench.runCommand('DNNSplit: Profile Model');
          await choose('device');
          await choose('This machine');
          await workbench.notification(/nodes measured for tier device/).waitFor({ timeout: 60_000 });
          await workbench.picture('11-profiled');
          const { profile } = (await configured()).tiers[0];
          expect(JSON.parse(readFileSync(join(workbench.workspace, profile), 'utf8')).microseconds).toBeTypeOf(
            'object',
          );
        });
      },
    );

    it('measures a link to a relay that runs', async () => {
      const contracts = tierFolders().filter((folder) => existsSync(join(folder, 'model.onnx')));
      const relay = await startRelay(
        join(repository, 'dist/relay.js'),
        join(contracts.at(-1) ?? '', 'contract.json'),
        '--port',
        '0',
      );
      try {
        await closeNotifications();
        await workbench.runCommand('DNNSplit: Measure Links');
        await choose('device to edge');
        await choose('edge');
        await choose('A relay that runs there');
        await answer(/Address of the relay/, relay.base);
        await answer(/Token that it wants/, '');
        await workbench.notification(/device to edge: .* up, not measured down/).waitFor({ timeout: 60_000 });
        await workbench.picture('12-measured-link');
        expect((await configured()).links[0].bandwidthMbps).not.toBe(50);
      } finally {
        await relay.end();
      }
    });

    it('generates Kubernetes manifests with the models beside them', async () => {
      await closeNotifications();
      await goToPlan();
      await workbench.chooseCodeAction('Generate Kubernetes');
      await workbench
        .editorTab(/\.ya?ml$/)
        .first()
        .waitFor({ timeout: 60_000 });
      await workbench.picture('11-kubernetes');
      const manifests = readdirSync(workbench.workspace, { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.ya?ml$/.test(path))
        .flatMap((path) => parseAllDocuments(readFileSync(join(workbench.workspace, path), 'utf8')))
        .map((document) => document.toJS());
      const kinds = manifests.map(({ kind }: { kind: string }) => kind);
      expect(kinds.filter((kind) => kind === 'Deployment').length).toBe(2);
      expect(kinds.filter((kind) => kind === 'Service').length).toBeGreaterThanOrEqual(2);
    });
  },
);
