import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileRepository } from '../../support/hostileRepository';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { prepareStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);
const deep = '['.repeat(10_000);

/** A repository of hostile names, poisoned documents and packages that write a file when they are loaded. */
describe.skipIf(program === undefined).each([
  ['that is not trusted', true],
  ['that is trusted', false],
])(`a repository %s (${program ? 'real VS Code' : browserAdvice})`, (_, restricted) => {
  let workbench: Workbench;
  const asked: string[] = [];
  const hasRun = async () => (await readdir(workbench.workspace)).includes('owned');

  beforeAll(async () => {
    const stage = await prepareStage();
    if (stage === undefined) throw new Error(browserAdvice);
    workbench = await Workbench.open(stage, restricted ? 'hostile-restricted' : 'hostile-trusted', {
      restricted,
      // The editor's own findings would bury ours.
      settings: { 'json.validate.enable': false },
      prepare: async (workspace) => {
        const repository = hostileRepository(workspace);
        await cp(repository.folder, workspace, { recursive: true });
        repository.remove();
        await mkdir(join(workspace, 'poison'));
        await writeFile(join(workspace, 'poison/dnnsplit.json'), deep);
        await writeFile(join(workspace, 'poison.splitplan.json'), deep);
        await writeFile(join(workspace, 'poison.profile.json'), deep);
      },
    });
    workbench.page.on('request', (request) => asked.push(request.url()));
  });
  afterAll(async () => workbench?.close());

  it('outlives poisoned documents, and says what is wrong with them', async () => {
    for (const name of ['poison.splitplan.json', 'poison.profile.json']) {
      await workbench.file(name).dblclick({ timeout: 30_000 });
      await workbench.editorTab(name).waitFor();
    }
    await workbench.runCommand('Problems: Focus on Problems View');
    const told = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'inside of each other' });
    await told.first().waitFor({ timeout: 60_000 });
    await workbench.picture('1-problems');
  });

  it('shows its names as they are', async () => {
    await workbench.chooseOnFile('model.onnx', 'Analyze DNN splits');
    await workbench.waitForTreeRow('Candidate points');
    await workbench.statusBar.filter({ hasText: '$(alert)' }).waitFor({ timeout: 60_000 });
    expect(await workbench.statusBar.locator('.codicon-alert').count()).toBe(0);
    const tier = workbench.treeRow('$(alert)').nth(1);
    await tier.hover();
    const hover = workbench.page.locator('.monaco-hover:visible').last();
    await hover.waitFor({ timeout: 20_000 });
    await workbench.picture('2-tree');
    expect(await hover.locator('img, a[data-href^="http"], a[data-href*="owned"]').count()).toBe(0);
  });

  it.skipIf(restricted)('loads none of its packages to verify a split', async () => {
    await workbench.runCommand('DNNSplit: Verify Split Models');
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'ONNX Runtime' });
    await dialog.waitFor({ timeout: 60_000 });
    await workbench.picture('3-no-runtime');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('runs nothing, and asks nobody for anything', async () => {
    expect(await hasRun()).toBe(false);
    expect(asked.filter((url) => /owned|:9\//.test(url))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
  });
});
