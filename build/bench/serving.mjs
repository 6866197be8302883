/** A relay as it serves by default, beside ONNX Runtime as its users expect it: optimized, on all processors. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { httpAnswer, RawClient, timed } from './rawClient.mjs';
import { bundleRelay, startProgram } from './relayPrograms.mjs';
import { sayTarget } from './sections.mjs';
import { bytesOf, inferRequest, writeBarePeer, writeLastTier } from './servedModel.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure, spread, spreadText } from './statistics.mjs';
import { writeWithWeightsInside } from './writeModels.mjs';

const requestsPerRound = 5;
const tokens = [1, 128];
/** @type {{ inputs: import('./servedModel.mjs').Described[], outputs: import('./servedModel.mjs').Described[] }} */
const bert = {
  inputs: ['input_ids', 'attention_mask'].map((name) => ({ name, dtype: 'int64', shape: tokens })),
  outputs: [
    { name: 'last_hidden_state', dtype: 'float32', shape: [...tokens, 768] },
    { name: 'pooler_output', dtype: 'float32', shape: [1, 768] },
  ],
};

/** @param {import('./sections.mjs').Bench} bench */
export async function serving(bench) {
  const { folder, rounds, say } = bench;
  const path = sharedModel(bench, 'hf_bert_base');
  if (path === undefined) return;
  const place = join(folder, 'bert');
  mkdirSync(place);
  const model = join(place, 'model.onnx');
  writeWithWeightsInside(path, model);
  const contract = writeLastTier(place, { name: 'bert', model, ...bert });
  const options = { intraOpNumThreads: availableParallelism(), graphOptimizationLevel: 'all' };
  const servers = [
    await startProgram([await bundleRelay(folder), contract, '--port', '0']),
    await startProgram([writeBarePeer(contract, bert.inputs, options)]),
  ];
  const body = Buffer.concat(bert.inputs.map((tensor) => Buffer.alloc(bytesOf(tensor), '\x01\0\0\0\0\0\0\0')));
  const request = inferRequest('bert', bert.inputs, body);
  const clients = servers.map(({ port }) => new RawClient(port, httpAnswer));
  /** @type {number[][]} */
  const times = servers.map(() => []);
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [index, client] of clients.entries()) {
        for (let count = 0; count < requestsPerRound; count++) {
          const taken = await timed(() => client.ask(request));
          if (round > 0) times[index]?.push(taken);
        }
      }
    }
  } finally {
    for (const client of clients) client.close();
    for (const { stop } of servers) stop();
  }
  const [ours, expected] = times.map(spread);
  if (ours === undefined || expected === undefined) return;
  say(`  ${'BERT-base, a relay as it is'.padEnd(46)} wall ${spreadText(ours)} ms`);
  say(
    `  ${`ONNX Runtime, optimized, ${options.intraOpNumThreads} threads`.padEnd(46)} wall ${spreadText(expected)} ms`,
  );
  sayTarget(bench, 'the relay over ONNX Runtime, wall', ours.median / expected.median, 1.1, 'times');
  say(`  ${figure(1e3 / ours.median)} requests/s against ${figure(1e3 / expected.median)}`);
}
