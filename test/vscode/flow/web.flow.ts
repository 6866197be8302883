import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { repository } from '../driver/paths.mjs';
import { runOrThrow } from '../driver/run.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);
const dynamicModel = 's_lstm_gru.onnx';
const hugeModel = 'huge.onnx';
const hugeBytes = 300e6;

async function prepare(workspace: string): Promise<void> {
  await copyFile(join(repository, 'test/fixtures/models', dynamicModel), join(workspace, dynamicModel));
  await writeFile(join(workspace, hugeModel), '');
  await truncate(join(workspace, hugeModel), hugeBytes);
}

/** What the command line writes for a model, in a process of Node's over the disk. */
async function planOfCommandLine(workspace: string, model: string): Promise<object> {
  const output = join(workspace, 'of-command-line.splitplan.json');
  const command = join(repository, 'build/dnnsplit.mjs');
  await runOrThrow(process.execPath, [command, 'plan', join(workspace, model), '-o', output, '--force']);
  return readPlan(output);
}

/** The other strategies are in a plan where someone has waited for them. */
async function readPlan(path: string): Promise<object> {
  return { ...JSON.parse(await readFile(path, 'utf8')), strategies: [] };
}

/**
 * The extension in the browser's own extension host, as on vscode.dev: no Node and no disk, threads of the browser, and
 * files by the editor's file systems alone.
 */
describe.skipIf(program === undefined)(`in a browser (${program ? 'real VS Code' : browserAdvice})`, () => {
  it('analyzes, plans, shows and exports three models, and says what needs a disk', async () => {
    const settings = { 'remote.extensionKind': { 'dnnsplit.dnnsplit': ['web'] } };
    const workbench = await Workbench.open(theStage(), 'web', { settings, prepare });
    const { page, workspace } = workbench;
    try {
      await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
      await workbench.waitForTreeRow('Candidate points');
      await workbench.graph.getByRole('button', { name: 'Export Plan' }).first().waitFor();
      await workbench.graph.getByText('Save Report…').waitFor();
      expect(await workbench.graph.getByText('Verify…').count()).toBe(0);
      await workbench.picture('1-plan');

      await workbench.runCommand('DNNSplit: Export Plan');
      await workbench.editorTab('mobilenetv2.splitplan.json').waitFor();
      const exported = await readPlan(join(workspace, 'mobilenetv2.splitplan.json'));
      expect(exported).toEqual(await planOfCommandLine(workspace, 'mobilenetv2.onnx'));

      const offered = await workbench.offeredCommands('DNNSplit: ');
      expect(offered.join('\n')).toContain('Export Plan');
      expect(offered.join('\n')).not.toMatch(/Export Split Models|Verify|Generate/);

      await workbench.chooseOnFileInExplorer('resnet152.onnx', 'Analyze DNN splits');
      await workbench.editorTab('resnet152.onnx').waitFor();
      await workbench.treeRow('518 nodes').first().waitFor({ timeout: 60_000 });

      await workbench.chooseOnFileInExplorer(dynamicModel, 'Analyze DNN splits');
      await workbench.treeRow('batch').first().waitFor({ timeout: 60_000 });
      await workbench.runCommand('DNNSplit: Set Dimension…');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'seq' }).first().click();
      await page.locator('.quick-input-widget input').fill('32');
      await page.keyboard.press('Enter');
      await expect.poll(() => readFile(join(workspace, 'dnnsplit.json'), 'utf8')).toContain('"seq": 32');
      // The configuration has changed in the editor's file system: the server reads it again, and one size is still assumed.
      await workbench
        .treeRow(/Assumed sizes\s*batch 1$/)
        .first()
        .waitFor({ timeout: 60_000 });
      await workbench.picture('2-dynamic');

      await workbench.chooseOnFileInExplorer(hugeModel, 'Analyze DNN splits');
      await workbench
        .notification(/larger than the 256 MB/)
        .first()
        .waitFor({ timeout: 60_000 });
    } finally {
      await workbench.picture('end');
      await workbench.close();
    }
  }, 480_000);
});
