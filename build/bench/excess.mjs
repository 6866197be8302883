/** Documents and graphs with far too much of one thing: ten times as much must not take much more than ten times as long. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { figure, spreadText, timeInTurn } from './statistics.mjs';

const { onnx } = onnxProto;

/** @typedef {{ name: string, run: (product: any, text: string) => unknown, text: (count: number) => string, count: number }} Excess */

/** @param {number} count @param {(index: number) => string} entry */
const listed = (count, entry) => Array.from({ length: count }, (_, index) => entry(index)).join(',');

/** @type {Excess[]} */
const documents = [
  {
    name: 'unknown keys in a configuration',
    count: 20_000,
    text: (count) => `{"tiers":[{"id":"a"}],${listed(count, (index) => `"k${index}":1`)}}`,
    run: (product, text) => product.parseConfig(text),
  },
  {
    name: 'pins to tiers that do not exist',
    count: 20_000,
    text: (count) => `{"tiers":[{"id":"a"}],"constraints":{"pin":{${listed(count, (index) => `"n${index}":"b"`)}}}}`,
    run: (product, text) => product.parseConfig(text),
  },
  {
    name: 'lists inside of each other in a plan',
    count: 1_000_000,
    text: (count) => '['.repeat(count),
    run: (product, text) => product.parsePlan(text),
  },
  {
    name: 'nodes in a profile',
    count: 500_000,
    text: (count) =>
      `{"device":"d","runtime":"r","recorded":"x","microseconds":{${listed(count, (index) => `"n${index}":1`)}}}`,
    run: (product, text) => product.parseProfile(text),
  },
  {
    name: 'characters in a key',
    count: 10_000_000,
    text: (count) => `{"tiers":[{"id":"a"}],"${'k'.repeat(count)}":1}`,
    run: (product, text) => product.parseConfig(text),
  },
];

/** A graph of one node that reads many inputs. @param {string} path @param {number} count */
function writeFanIn(path, count) {
  const names = Array.from({ length: count }, (_, index) => `in${index}`);
  const shape = { dim: [{ dimValue: 1 }, { dimValue: 1 }] };
  const graph = {
    name: 'fan-in',
    input: names.map((name) => ({ name, type: { tensorType: { elemType: 1, shape } } })),
    output: [{ name: 'y' }],
    node: [{ opType: 'Concat', input: names, output: ['y'], attribute: [{ name: 'axis', type: 2, i: 1 }] }],
  };
  const model = onnx.ModelProto.fromObject({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
  writeFileSync(path, onnx.ModelProto.encode(model).finish());
}

/** @param {import('./sections.mjs').Bench} bench */
export async function excess({ product, folder, rounds, say }) {
  /** @param {string} name @param {number} count @param {readonly import('./statistics.mjs').Timing[]} timings */
  const tell = (name, count, [small, large]) => {
    if (small === undefined || large === undefined) return;
    const times = large.cpuMs.median / small.cpuMs.median;
    say(`  ${`${count.toLocaleString('en')} ${name}`.padEnd(46)} wall ${spreadText(large.wallMs)} ms`);
    say(`    ${figure(times)} times the CPU of a tenth of it`);
  };
  for (const { name, count, text, run } of documents) {
    const texts = [count / 10, count].map(text);
    const cases = texts.map((one) => ({ name, run: () => run(product, one) }));
    tell(name, count, await timeInTurn(cases, rounds));
  }
  const elk = product.createElkEngine();
  const most = 100_000;
  const cases = [most / 10, most].map((count) => {
    const path = join(folder, `fan-in-${count}.onnx`);
    writeFanIn(path, count);
    const { graph } = product.analyzeFile(path, {});
    return { name: 'inputs', run: () => product.buildScene(graph, { folded: null }, elk) };
  });
  tell('inputs of one node, laid out', most, await timeInTurn(cases, rounds));
}
