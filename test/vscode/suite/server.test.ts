import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/api';
import { analyzeSample, cleanUp, until } from './workbench';

/** Process id of the server that this extension host has started. */
function serverProcess(): number | undefined {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  for (const line of lines) {
    const [, pid, parent, args] = line.match(/^\s*(\d+)\s+(\d+)\s+(.*)$/) ?? [];
    if (Number(parent) === process.pid && args?.includes('dist/server.js')) return Number(pid);
  }
  return undefined;
}

describe('a server process that dies', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  afterEach(cleanUp);

  /** Ends the server as a crash would, and waits until that was noticed. */
  async function kill(look: ExtensionApi): Promise<void> {
    const pid = await until('a server process', serverProcess);
    process.kill(pid, 'SIGKILL');
    await until('another server or none for good', () => {
      const next = serverProcess();
      return (
        look.serverState() === 'failed' || (next !== undefined && next !== pid && look.serverState() === 'running')
      );
    });
  }

  it('is started again without a word, and open models come back', async () => {
    const look = await analyzeSample();
    const told = look.toldErrors().length;
    await kill(look);
    await vscode.commands.executeCommand('dnnsplit.planAgain');
    await until('the model', () => look.snapshot()?.state === 'ready');
    assert.deepEqual(look.toldErrors().slice(told), []);
  });

  it('stays down when it dies again and again, says so once, and comes back on demand', async () => {
    const look = await analyzeSample();
    const told = look.toldErrors().length;
    for (let deaths = 0; deaths < 6 && look.serverState() !== 'failed'; deaths++) await kill(look);
    assert.equal(look.serverState(), 'failed');
    const sentences = look.toldErrors().slice(told);
    assert.equal(sentences.length, 1, sentences.join('\n'));
    assert.match(sentences[0] ?? '', /server is not running; restart it/);
    await vscode.commands.executeCommand('dnnsplit.restartServer');
    await until('the server', () => look.serverState() === 'running');
    assert.equal((await analyzeSample()).snapshot()?.state, 'ready');
  });
});
