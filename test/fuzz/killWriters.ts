import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planDocumentText } from '../../src/engine/report/planDocument';
import { planAt, tinyResnet } from '../relay/splitChain';

export interface KillReport {
  /** Runs that were ended. */
  readonly kills: number;
  /** Runs that were told to end later than they lasted. */
  readonly late: number;
  /** What must not be, one sentence each. */
  readonly finds: readonly string[];
}

export interface KillOptions {
  /** Path of the command line's program. */
  readonly cli: string;
  /** Moments at which each writer is ended. */
  readonly moments: number;
  readonly seed: number;
}

/** A command that replaces what an earlier one has written, and what there may be while it does. */
interface Writer {
  readonly name: string;
  /** Relative to the folder of the trial. */
  readonly output: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Files of someone else in the folder that is written to. */
  readonly foreign?: Readonly<Record<string, string>>;
  /** The file without which the folder does not count. */
  readonly seal?: string;
}

type Tree = ReadonlyMap<string, string>;

const signals = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Ends writers in the middle, at calls into the file system and at moments of the clock, and looks at what is there: right
 * afterwards the old or the new, never a part or a mixture; after the next run the new and nothing else.
 */
export async function killWriters(options: KillOptions): Promise<KillReport> {
  const total = { kills: 0, late: 0, finds: [] as string[] };
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-kills-'));
  try {
    const trials = new Trials(folder, options.cli);
    for (const writer of writers) {
      const report = await trials.run(writer, options);
      total.kills += report.kills;
      total.late += report.late;
      total.finds.push(...report.finds);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}

const deploy = (plan: string, output: string) => ['deploy', plan, '-t', 'triton', '-o', output, '--force'];
const split = (plan: string, output: string) => ['split', plan, '-o', output, '--force'];
const profile = (trace: string) => [
  ...['profile', 'tiny.onnx', '--from-trace', trace, '--device', 'test', '-o', 'tiny.profile.json', '--force'],
];
const foreign = { 'notes.txt': 'mine', 'device/notes.txt': 'mine too' };

const writers: readonly Writer[] = [
  {
    name: 'plan',
    output: 'made.splitplan.json',
    before: ['plan', 'tiny.onnx', '--strategy', 'single:device', '-o', 'made.splitplan.json', '--force'],
    after: ['plan', 'tiny.onnx', '--strategy', 'single:cloud', '-o', 'made.splitplan.json', '--force'],
  },
  { name: 'profile', output: 'tiny.profile.json', before: profile('slow.json'), after: profile('fast.json') },
  { name: 'split', output: 'out', before: split('a.splitplan.json', 'out'), after: split('b.splitplan.json', 'out') },
  {
    name: 'split among other files',
    output: 'out',
    before: split('a.splitplan.json', 'out'),
    after: split('b.splitplan.json', 'out'),
    foreign,
    seal: 'split.splitplan.json',
  },
  {
    name: 'deploy',
    output: 'out/triton',
    before: deploy('a.splitplan.json', 'out'),
    after: deploy('b.splitplan.json', 'out'),
  },
  {
    name: 'deploy among other files',
    output: 'out/triton',
    before: deploy('a.splitplan.json', 'out'),
    after: deploy('b.splitplan.json', 'out'),
    foreign,
    seal: '.dnnsplit-files.json',
  },
];

class Trials {
  readonly #hook: string;

  constructor(
    private readonly folder: string,
    private readonly cli: string,
  ) {
    this.#hook = join(folder, 'endAtCall.cjs');
    writeFileSync(this.#hook, endAtCall);
    const sources = join(folder, 'sources');
    mkdirSync(sources);
    copyFileSync(tinyResnet, join(sources, 'tiny.onnx'));
    writeFileSync(join(sources, 'a.splitplan.json'), planText(join(sources, 'tiny.onnx'), [0.3, 0.7]));
    writeFileSync(join(sources, 'b.splitplan.json'), planText(join(sources, 'tiny.onnx'), [0.5]));
    for (const [name, microseconds] of [
      ['slow', 900],
      ['fast', 300],
    ] as const) {
      writeFileSync(join(sources, `${name}.json`), this.#trace(sources, microseconds));
    }
  }

  async run(writer: Writer, { moments, seed }: KillOptions): Promise<KillReport> {
    const base = this.#prepare(writer);
    const whole = this.#copy(base);
    const start = performance.now();
    const { stderr } = this.#cli(whole, writer.after, { END_COUNT: '1' }, ['--require', this.#hook]);
    const durationMs = performance.now() - start;
    const calls = Number(/calls (\d+)/.exec(stderr)?.[1]);
    const expected = { old: treeOf(join(base, writer.output)), new: treeOf(join(whole, writer.output)) };
    const random = randomNumbers(seed);
    const finds: string[] = [];
    let [kills, late] = [0, 0];
    for (let moment = 0; moment < moments; moment++) {
      const signal = signals[moment % signals.length] ?? 'SIGKILL';
      // Every third one by the clock; the others spread over all calls, with a random remainder.
      const isByClock = moment % 3 === 2;
      const at = isByClock ? random() * durationMs : Math.floor(((moment + random()) / moments) * calls);
      const where = isByClock ? `after ${at.toFixed(0)} ms` : `before call ${at} of ${calls}`;
      const trial = this.#copy(base);
      const isKilled = isByClock
        ? await this.#endAfter(trial, writer.after, signal, at)
        : this.#endAtCall(trial, writer.after, signal, at);
      if (isKilled) kills++;
      else late++;
      const problems = [
        ...stateProblems(trial, writer, expected),
        ...this.#problemsAfterNextRun(trial, writer, expected.new),
      ];
      finds.push(...problems.map((problem) => `${writer.name}, ${signal} ${where}: ${problem}`));
      rmSync(trial, { recursive: true, force: true });
    }
    return { kills, late, finds };
  }

  #problemsAfterNextRun(trial: string, writer: Writer, expected: Tree): string[] {
    const { status, stderr } = this.#cli(trial, writer.after);
    if (status !== 0) return [`the next run failed: ${stderr}`];
    const problems = [];
    if (!isSame(treeOf(join(trial, writer.output)), expected)) problems.push('the next run did not give the new files');
    const known = new Set([...readdirSync(join(this.folder, 'sources')), writer.output.split('/')[0]]);
    const others = readdirSync(trial).filter((name) => !known.has(name));
    const hidden = [...treeOf(trial).keys()].filter((path) => /\.part(\/|$)/.test(path));
    for (const path of new Set([...others, ...hidden])) problems.push(`${path} was left`);
    return problems;
  }

  /** A folder in which the earlier command has been run. */
  #prepare({ output, before, foreign: others = {} }: Writer): string {
    const base = this.#copy(join(this.folder, 'sources'));
    for (const [path, content] of Object.entries(others)) {
      mkdirSync(join(base, output, path, '..'), { recursive: true });
      writeFileSync(join(base, output, path), content);
    }
    const { status, stderr } = this.#cli(base, before);
    if (status !== 0) throw new Error(`${before.join(' ')}: ${stderr}`);
    return base;
  }

  #copy(from: string): string {
    const trial = mkdtempSync(join(this.folder, 'trial-'));
    cpSync(from, trial, { recursive: true });
    return trial;
  }

  #cli(trial: string, command: readonly string[], env: NodeJS.ProcessEnv = {}, node: readonly string[] = []) {
    return spawnSync(process.execPath, [...node, this.cli, ...command], {
      cwd: trial,
      encoding: 'utf8',
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.folder, 'code'), ...env },
    });
  }

  #endAtCall(trial: string, command: readonly string[], signal: NodeJS.Signals, call: number): boolean {
    const env = { END_AT: String(call), END_WITH: signal };
    const ended = this.#cli(trial, command, env, ['--require', this.#hook]);
    return ended.signal === signal;
  }

  #endAfter(trial: string, command: readonly string[], signal: NodeJS.Signals, ms: number): Promise<boolean> {
    const child = spawn(process.execPath, [this.cli, ...command], { cwd: trial, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill(signal), ms);
    return new Promise((done) => {
      child.on('exit', (_, by) => {
        clearTimeout(timer);
        done(by === signal);
      });
    });
  }

  /** A profile of ONNX Runtime in which every node takes that long. */
  #trace(sources: string, microseconds: number): string {
    const { stdout } = this.#cli(sources, ['analyze', 'tiny.onnx', '--json', '--nodes']);
    const nodes: { id: string; name: string; op: string }[] = JSON.parse(stdout).nodes;
    const events = nodes.map(({ id, name, op }, index) => ({
      ...{ cat: 'Node', name: `${name}_kernel_time`, ts: index * microseconds, dur: microseconds, tid: 1 },
      args: { op_name: op, node_index: id, provider: 'CPUExecutionProvider' },
    }));
    const run = { cat: 'Session', name: 'model_run', ts: 0, dur: nodes.length * microseconds, tid: 1, args: {} };
    return `[${[...events, run].map((event) => JSON.stringify(event)).join(',\n')}\n]\n`;
  }
}

/** The old or the new; where a whole folder changes its place, for a moment nothing. */
function stateProblems(trial: string, writer: Writer, expected: { old: Tree; new: Tree }): string[] {
  const tree = treeOf(join(trial, writer.output));
  const visible: Tree = new Map([...tree].filter(([path]) => !/(^|\/)\.dnnsplit-[^/]*\.part(\/|$)/.test(path)));
  const lost = Object.keys(writer.foreign ?? {}).filter((path) => !visible.has(path));
  if (lost.length > 0) return [`${lost.join(', ')} is gone`];
  if (isSame(visible, expected.old) || isSame(visible, expected.new)) return [];
  if (writer.seal === undefined) return visible.size === 0 ? [] : ['there is a part or a mixture'];
  return visible.has(writer.seal) ? ['there is a mixture that counts as complete'] : [];
}

function planText(model: string, places: readonly number[]): string {
  return planDocumentText(planAt(model, places));
}

/** Digests of all files below a folder, or of a file, by path. */
function treeOf(path: string): Tree {
  const tree = new Map<string, string>();
  const visit = (at: string, name: string): void => {
    const status = statSync(at, { throwIfNoEntry: false });
    if (status?.isDirectory())
      for (const child of readdirSync(at)) visit(join(at, child), name === '' ? child : `${name}/${child}`);
    else if (status !== undefined) tree.set(name, createHash('sha256').update(readFileSync(at)).digest('hex'));
  };
  visit(path, '');
  return tree;
}

function isSame(a: Tree, b: Tree): boolean {
  return a.size === b.size && [...a].every(([path, digest]) => b.get(path) === digest);
}

/** Numbers from 0 up to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Loaded before the program: sends it a signal before a certain call that changes files, or counts these calls. */
const endAtCall = `
const fs = require('node:fs');
let calls = 0;
const names = ['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync', 'linkSync', 'rmSync', 'rmdirSync', 'mkdirSync', 'writeFileSync', 'fchmodSync', 'chmodSync'];
for (const name of names) {
  const call = fs[name];
  fs[name] = (...args) => {
    if (calls++ === Number(process.env.END_AT ?? -1)) process.kill(process.pid, process.env.END_WITH);
    return call(...args);
  };
}
if (process.env.END_COUNT) process.on('exit', () => process.stderr.write('calls ' + calls));
`;
