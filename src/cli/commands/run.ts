import { join } from 'node:path';
import type { Command } from 'commander';
import type { RunningChain } from '../../relay/chain/startChain';
import { startsWithOf } from '../../shared/documents/contractParts';
import { sizesOfPlan } from '../../shared/documents/plan';
import { shellWord } from '../../shared/escape/shell';
import { urlSegment } from '../../shared/escape/url';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { adaptiveOption, parseCount, parsePort, parsePositive, runtimeFolderOption } from '../terminal/arguments';
import { interruptSignal, progressLine } from '../terminal/canceling';
import { type Output, reportJson, standardOutput, warn } from '../terminal/output';
import { type UsableSplit, usableSplit } from './exportedSplit';

interface RunOptions {
  readonly port: number;
  readonly shaping: boolean;
  readonly adaptive?: readonly number[];
  readonly trace?: string;
  readonly traceScale: number;
  readonly exact?: boolean;
  readonly report?: boolean;
  readonly requests: number;
  readonly rate?: number;
  readonly threads?: number;
  readonly runtimeFolder?: string;
  readonly json?: boolean;
}

/** `dnnsplit run PLAN|DIR`: the whole chain on this machine, one process per tier, over links as slow as the plan's. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run every tier of a plan on this machine, over links as slow as in the plan (needs ONNX Runtime)')
    .argument('<plan|folder>', 'a .splitplan.json file, or a folder that dnnsplit split wrote')
    .option('-p, --port <number>', 'port of the first tier; the other tiers use free ports', parsePort, 8000)
    .option('--exact', 'bit-identical to the unsplit model: no optimization, one thread')
    .option('--no-shaping', 'do not slow the links down')
    .addOption(adaptiveOption())
    .option(
      '--trace <file>',
      'let the bandwidth of the adaptive link (or the first) follow a CSV file with the line seconds,mbps, ask with random inputs meanwhile, and end with it',
    )
    .option('--trace-scale <factor>', 'with --trace: multiply its bandwidths', parsePositive, 1)
    .option('--report', 'ask, set what it took beside what the plan says, per tier and link, and end')
    .option('--requests <number>', 'with --report: how many requests, one after the other', parseCount, 30)
    .option('--rate <number>', 'with --report: then as many requests again, so many per second', parsePositive)
    .option(
      '--threads <number>',
      'with --report: threads of ONNX Runtime per tier (default: as the profiles were measured with, else 1)',
      parseCount,
    )
    .addOption(runtimeFolderOption())
    .option('--json', 'with --report and --trace: print JSON')
    .action((target: string, options: RunOptions) => run(target, options, standardOutput));
}

async function run(target: string, options: RunOptions, output: Output): Promise<void> {
  if (options.report === true) return await compareWithPlan(target, options, output);
  const { port, shaping, exact = false, runtimeFolder, adaptive, trace } = options;
  const { startChain } = await import('../../relay/chain/startChain');
  const asked = interruptSignal();
  const traced = trace === undefined ? undefined : await readTrace(trace, options.traceScale);
  const split = await usableSplit(target, adaptive);
  const stopping = new AbortController();
  asked.addEventListener('abort', () => stopping.abort(), { once: true });
  try {
    const { isAdaptive, contract } = await firstTier(split);
    if (traced !== undefined && startsWithOf(contract).length > 0)
      throw new DnnSplitError('bad-usage', say('trace.remembers', {}));
    const links = shaping ? split.plan.links : [];
    const chain = await startChain({
      program: join(__dirname, 'relay.js'),
      contractPaths: split.contractPaths,
      links,
      emulates: isAdaptive || traced !== undefined,
      ...(runtimeFolder !== undefined && { runtimeFolder }),
      port,
      exact,
      signal: stopping.signal,
      log: (line) => void process.stderr.write(`${visibleText(line)}\n`),
    });
    if (traced === undefined) await tellHowToAsk(split, chain, output);
    else await follow(split, chain, traced, { ...options, signal: asked }, output).finally(() => stopping.abort());
    await chain.ended;
  } finally {
    split.remove();
  }
}

/** Runs the plan with requests of its own and prints predicted beside measured. */
async function compareWithPlan(target: string, options: RunOptions, output: Output): Promise<void> {
  const { tryOut } = await import('../../app/profile/trialTask');
  const { splitPartFiles } = await import('../../app/split/verifySplit');
  const { inputRangesOf } = await import('../../app/split/splitInputs');
  const { requireUnchanged } = await import('../../files/fileIdentity');
  const { trialText } = await import('../terminal/trialText');
  const conflict = reportConflicts.find((name) => options[name] !== undefined && options[name] !== false);
  if (conflict !== undefined) throw new DnnSplitError('bad-usage', say('trial.conflict', { option: conflict }));
  const { requests, rate: ratePerSecond, threads, shaping, runtimeFolder } = options;
  const split = await usableSplit(target);
  try {
    const report = await tryOut(
      split,
      { requests, ratePerSecond, threads, shaping, runtimeFolder, ranges: inputRangesOf(split) },
      { program: join(__dirname, 'relay.js'), signal: interruptSignal(), onProgress: progressLine('Run') },
    );
    requireUnchanged([...split.sources(), ...splitPartFiles(split)]);
    output.print(options.json === true ? reportJson('run', report) : trialText(report));
    warn(report.warnings);
  } finally {
    split.remove();
  }
}

/** What a report is not made with. */
const reportConflicts = ['adaptive', 'trace', 'exact'] as const;

async function readTrace(path: string, scale: number) {
  const { parseTrace } = await import('../../engine/planning/bandwidths/trace');
  const { readTextFile } = await import('../../files/regularFile');
  return parseTrace(readTextFile(path, 'bandwidths'), scale);
}

/** The contract of the first tier, the link that its policy follows, and whether it follows any. */
async function firstTier(split: UsableSplit) {
  const { readContract } = await import('../../relay/contract/contractFile');
  const contract = await readContract(split.contractPaths[0] ?? '');
  const isAdaptive = contract.formatVersion === 2;
  return { contract, isAdaptive, link: isAdaptive ? (contract.policy.links[0]?.link ?? 0) : 0 };
}

async function tellHowToAsk(split: UsableSplit, chain: RunningChain, output: Output): Promise<void> {
  const { exampleRequest } = await import('../../relay/contract/exampleRequest');
  const { contract } = await firstTier(split);
  const name = urlSegment(contract.model);
  const address = `http://127.0.0.1:${chain.port}`;
  output.print(
    [
      `${visibleText(contract.model)} is available at ${address}. Press Ctrl+C to stop.`,
      'Try it:',
      `  curl ${shellWord(`${address}/v2/models/${name}`)}`,
      ...exampleRequest(contract, sizesOfPlan(split.plan), `${address}/v2/models/${name}/infer`),
    ].join('\n'),
  );
}

async function follow(
  split: UsableSplit,
  chain: RunningChain,
  trace: Awaited<ReturnType<typeof readTrace>>,
  { json = false, signal }: RunOptions & { readonly signal: AbortSignal },
  output: Output,
): Promise<void> {
  const { runTrace, traceRunText } = await import('../terminal/traceRun');
  const { contract, link } = await firstTier(split);
  const emulated = chain.links[link];
  if (emulated === undefined) throw new DnnSplitError('bad-usage', say('policy.link', { link }));
  const report = await runTrace({
    address: `http://127.0.0.1:${chain.port}`,
    plan: split.plan,
    ...{ contract, trace, emulated, link, signal },
    tell: (line) => (json ? undefined : output.print(line)),
  });
  output.print(json ? reportJson('traceRun', report) : `\n${traceRunText(report)}`);
}
