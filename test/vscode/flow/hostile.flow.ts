import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileRepository, plantIrregular } from '../../support/hostileRepository';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);
const deep = '['.repeat(10_000);

/** Process ids of the language servers of extensions in a folder. */
async function serversOf(extensionsFolder: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return ids.flatMap((id, index) => {
    const command = commands[index] ?? '';
    return command.includes(extensionsFolder) && command.includes('dist/server.js') ? [Number(id)] : [];
  });
}

/** Ends the server as a fault would, and waits for the next one. */
async function endServer(extensionsFolder: string): Promise<void> {
  const ended = await serversOf(extensionsFolder);
  expect(ended).not.toEqual([]);
  for (const id of ended) process.kill(id, 'SIGKILL');
  await expect
    .poll(async () => (await serversOf(extensionsFolder)).filter((id) => !ended.includes(id)), { timeout: 30_000 })
    .not.toEqual([]);
}

/** A repository of hostile names, of pipes and devices, of poisoned documents and packages that write a file when they are loaded. */
describe.skipIf(program === undefined).each([
  ['that is not trusted', true],
  ['that is trusted', false],
])(`a repository %s (${program ? 'real VS Code' : browserAdvice})`, (_, restricted) => {
  let workbench: Workbench;
  let extensionsFolder: string;
  const asked: string[] = [];
  const hasRun = async () => (await readdir(workbench.workspace)).includes('owned');

  beforeAll(async () => {
    const stage = theStage();
    extensionsFolder = stage.extensionsFolder;
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
        plantIrregular(workspace);
        await mkdir(join(workspace, 'outside'));
        const tiers = [{ id: 'a', gflops: 1, profile: '/dev/zero' }];
        await writeFile(join(workspace, 'outside/dnnsplit.json'), JSON.stringify({ tiers }));
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
    await workbench.chooseOnFileInExplorer('model.onnx', 'Analyze DNN splits');
    await workbench.waitForTreeRow('Candidate points');
    await workbench.statusBar.filter({ hasText: '$(alert)' }).waitFor({ timeout: 60_000 });
    expect(await workbench.statusBar.locator('.codicon-alert').count()).toBe(0);
    const hover = await workbench.hoverOf(workbench.treeRow('$(alert)').nth(1), '$(alert)');
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

  it.each([
    ['naming-pipe', 'is a pipe, not a regular file', 'is a pipe, not a regular file'],
    ['naming-zero', 'not in its own folder', 'is a device, not a regular file'],
    ['outside', 'not in its own folder', 'is a device, not a regular file'],
  ])('neither reads nor waits for what %s/dnnsplit.json names', async (folder, held, told) => {
    await workbench.openFile(join(workbench.workspace, folder, 'dnnsplit.json'));
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: restricted ? held : told });
    await problem.first().waitFor({ timeout: 60_000 });
    await workbench.picture(`4-${folder}`);
    await workbench.runCommand('View: Close All Editors');
  });

  it.skipIf(process.platform !== 'linux')('holds a document back that servers have ended with', async () => {
    await workbench.openFile(join(workbench.workspace, 'naming-folder/dnnsplit.json'));
    const rows = workbench.page.locator('.markers-panel .monaco-list-row');
    const checked = rows.filter({ hasText: 'is a folder' }).first();
    await checked.waitFor({ timeout: 60_000 });
    await endServer(extensionsFolder);
    // Whatever this one says of a document, it was sent it.
    await workbench.page.waitForTimeout(5000);
    await endServer(extensionsFolder);
    const heldBack = rows.filter({ hasText: 'DNNSplit does not check this file' }).first();
    await heldBack.waitFor({ timeout: 60_000 });
    await workbench.picture('5-held-back');
    await workbench.runCommand('View: Close All Editors');
    await heldBack.waitFor({ state: 'hidden', timeout: 60_000 });
  });

  it('runs nothing, and asks nobody for anything', async () => {
    expect(await hasRun()).toBe(false);
    expect(asked.filter((url) => /owned|:9\//.test(url))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
  });
});
