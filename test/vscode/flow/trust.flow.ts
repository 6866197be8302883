import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserAdvice, findBrowser } from '../driver/findBrowser.mjs';
import { repository } from '../driver/paths.mjs';
import { runOrThrow } from '../driver/run.mjs';
import { theStage, Workbench } from './workbench';

const program = await findBrowser(() => undefined);

/** A folder that a person has just received: not trusted, with nothing but models in it; the plan comes later. */
describe.skipIf(program === undefined)(
  `a folder that is not trusted (${program ? 'real VS Code' : browserAdvice})`,
  () => {
    let workbench: Workbench;

    beforeAll(async () => {
      workbench = await Workbench.open(theStage(), 'trust', {
        restricted: true,
        prepare: (workspace) => rm(join(workspace, 'dnnsplit.json')),
      });
    });
    afterAll(async () => workbench?.close());

    it('offers on a plan that was written after it was opened what a plan has', async () => {
      const model = join(workbench.workspace, 'mobilenetv2.onnx');
      const plan = join(workbench.workspace, 'mobilenetv2.splitplan.json');
      await runOrThrow(process.execPath, [join(repository, 'dist/cli.js'), 'plan', model, '-o', plan, '--force']);
      // It knows nothing of files that came before it began to watch the folder.
      await workbench.file('mobilenetv2.onnx').hover();
      await workbench.page.getByRole('button', { name: 'Refresh Explorer' }).click({ timeout: 30_000 });
      await workbench.file('mobilenetv2.splitplan.json').dblclick({ timeout: 30_000 });
      await workbench.page.locator('.codelens-decoration', { hasText: 'Plan Again' }).waitFor({ timeout: 30_000 });
      await workbench.picture('1-late-plan');
    });

    it('writes nothing, and says why', async () => {
      await workbench.page.locator('.codelens-decoration a', { hasText: 'Plan Again' }).first().click();
      await workbench.notification('Trust this workspace').first().waitFor({ timeout: 30_000 });
      await workbench.page.getByRole('button', { name: 'Manage Workspace Trust' }).first().waitFor();
      await workbench.picture('2-refused');
      await workbench.runCommand('Notifications: Clear All Notifications');
    });

    it('is analyzed all the same', async () => {
      await workbench.chooseOnFile('mobilenetv2.onnx', 'Analyze DNN splits');
      await workbench.waitForTreeRow('Candidate points');
      await workbench.statusBar.filter({ hasText: 'ms' }).waitFor({ timeout: 30_000 });
      await workbench.picture('3-analyzed');
    });

    it('hides the commands that write files, and no others', async () => {
      const offered = (await workbench.offeredCommands('DNNSplit: ')).join('\n');
      expect(offered).toContain('Search Nodes');
      expect(offered).toContain('Select Objective');
      for (const hidden of ['Export Plan', 'Generate', 'Plan Again', 'Set Dimension', 'Profile Model', 'Measure Links'])
        expect(offered).not.toContain(hidden);
    });
  },
);
