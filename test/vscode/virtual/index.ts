import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runMocha } from '../suite/runMocha';
import { api, inRepository, read, section, until, write } from '../suite/workbench';
import { MemoryFiles } from './memoryFiles';

/** The one folder of the window. */
const folder = vscode.Uri.parse('memfs:/models');
const model = vscode.Uri.joinPath(folder, 'mobilenetv2.onnx');

/** Runs in a window whose only folder is on a file system that this gives, before the extension under test begins. */
export async function run(): Promise<void> {
  const files = new MemoryFiles();
  const workspace = inRepository('test/workspace');
  const registration = vscode.workspace.registerFileSystemProvider('memfs', files);
  for (const name of ['mobilenetv2.onnx', 'dnnsplit.json']) {
    files.writeFile(vscode.Uri.joinPath(folder, name), readFileSync(join(workspace, name)));
  }
  await runMocha(async () => {
    describe('a window without a folder on a disk', () => suite(workspace));
  });
  registration.dispose();
}

function suite(workspace: string): void {
  it('analyzes, plans and exports as the command line does of the same files', async () => {
    const look = await api();
    await vscode.commands.executeCommand('dnnsplit.analyze', model);
    await until('the plan', () => look.snapshot()?.plan);
    assert.equal(look.activeModel(), model.toString());
    assert(section(look, 'candidates').children.length > 1);
    assert.equal(look.openGraphs(), 1);
    await vscode.commands.executeCommand('dnnsplit.exportPlan');
    const exported = JSON.parse(await read(vscode.Uri.joinPath(folder, 'mobilenetv2.splitplan.json')));
    const command = [inRepository('dist/cli.js'), 'plan', 'mobilenetv2.onnx', '-o', '-'];
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const planned = JSON.parse(execFileSync(process.execPath, command, { cwd: workspace, encoding: 'utf8', env }));
    // The other strategies are in a plan where someone has waited for them.
    assert.deepEqual({ ...exported, strategies: [] }, { ...planned, strategies: [] });
  });

  it('plans again when the configuration changes', async () => {
    const look = await api();
    const config = vscode.Uri.joinPath(folder, 'dnnsplit.json');
    const before = look.snapshot()?.plan?.latencyMs;
    await write(config, (await read(config)).replace('"bandwidthMbps": 50', '"bandwidthMbps": 1'));
    await until('another plan', () => look.snapshot()?.plan && look.snapshot()?.plan?.latencyMs !== before);
  });

  it('says of sub-models that they need a disk', async () => {
    const look = await api();
    const told = look.toldErrors().length;
    await vscode.commands.executeCommand('dnnsplit.split');
    await until('the sentence', () => look.toldErrors().length > told);
    assert.match(look.toldErrors().slice(told).join('\n'), /Sub-models are written to a disk/);
  });
}
