/**
 * The background worker. Its threads start before the language server is loaded, which takes as long as reading a model:
 * `--first-model` names the one that is about to be opened; with `--ahead` they start after that and practise, since one will
 * be opened.
 * `--code-folder` says where compiled programs are kept, `--trusted` that a person trusts the workspace.
 */
import { join } from 'node:path';
import { keptIn } from '../programs/keptIn';
import { loadProgram } from '../programs/loadProgram';
import { optimizeLater } from '../programs/optimizeLater';
import { tryUriToPath } from './sessions/uris';
import { practise } from './workers/practise';
import { Trust } from './workers/trust';
import { createWorkers } from './workers/workers';

type LanguageServer = typeof import('./languageServer');

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

optimizeLater();
const codeFolder = argument('--code-folder');
const trust = new Trust();
if (process.argv.includes('--trusted')) trust.grant();
const workers = createWorkers(__dirname, codeFolder, trust);
// A process waits for its threads, and a thread may wait for a file for ever: none of them outlives the client for that.
process.on('exit', () => {
  if (workers.analysis.isBusy || workers.layout.isBusy) process.kill(process.pid, 'SIGKILL');
});
const firstModel = tryUriToPath(argument('--first-model') ?? '');
if (firstModel !== undefined) {
  // The layout loads while the model is read, not before: on few cores it would be in the way of reading.
  const startLayout = () => workers.layout.start();
  const reading = workers.analysis.call('read', { modelPath: firstModel }, { onProgress: startLayout });
  // Whatever is wrong with the model is told to the one who opens it.
  void reading.catch(() => undefined).finally(startLayout);
}
const { serve } = loadProgram(join(__dirname, 'languageServer.js'), keptIn(codeFolder)) as LanguageServer;
serve(workers, trust, __dirname);
// In a browser the sample is not there, and the threads only start.
if (process.argv.includes('--ahead'))
  void practise(workers, join(__dirname, '../media/sample/mobilenetv2.onnx')).catch(() => undefined);
