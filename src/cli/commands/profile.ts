import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { AnalyzedModel } from '../../app/model/analyzeFile';
import type { LoadedConfig } from '../../app/model/configFile';
import type { Profiled, ProfileSource } from '../../app/profile/profileModel';
import { assumedReport } from '../../engine/report/assumedReport';
import type { WriteRule } from '../../files/writeTarget';
import { machineName } from '../../runtime/machine';
import { optimizationLevels, type ProfileDocument } from '../../shared/documents/profile';
import { say } from '../../shared/messages/say';
import { counted, countText, durationText } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import { parseBindings, parseCount, runtimeFolderOption } from '../terminal/arguments';
import { checkDimensions } from '../terminal/modelOptions';
import { reportJson, warn } from '../terminal/output';
import { factsText } from '../terminal/table';

type Optimization = NonNullable<ProfileDocument['optimization']>;

interface ProfileOptions {
  readonly output: string;
  readonly config?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly warmup?: number;
  readonly threads: number;
  readonly optimization?: Optimization;
  readonly runtimeFolder?: string;
  readonly device?: string;
  readonly fromTrace?: string;
  readonly saveTrace?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const defaultWarmup = 3;
const servedOptimization: Optimization = 'all';
/** ONNX Runtime keeps no more events than this (`Profiler::kMaxNumEvents`). */
const mostEvents = 1_000_000;
/** The command under which this program starts itself to run the model. */
const processCommand = 'profile-process';

/** `dnnsplit profile MODEL -o PROFILE`: measured times per node, for `tiers[].profile` of a configuration. */
export function addProfile(program: Command): void {
  program
    .command('profile')
    .description('Measure the nodes of a model on this machine with ONNX Runtime, or read a trace from another machine')
    .argument('<model>', 'an .onnx file')
    .requiredOption('-o, --output <file>', 'the .profile.json file to write; - is standard output')
    .option('-c, --config <file>', 'dnnsplit.json with dimensions (default: the nearest one above the model)')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option('--runs <number>', 'measured runs; each time is their median', parseCount, 20)
    .option('--warmup <number>', `warm-up runs (default: ${defaultWarmup})`, parseWarmup)
    .option('--threads <number>', 'threads of ONNX Runtime', parseCount, 1)
    .addOption(
      new Option(
        '--optimization <level>',
        `graph optimization of ONNX Runtime (default: ${servedOptimization}, as relays serve)`,
      ).choices(optimizationLevels),
    )
    .addOption(runtimeFolderOption())
    .option(
      '--device <name>',
      "what the times were measured on (default: this machine's processor; required with --from-trace)",
    )
    .option(
      '--from-trace <file>',
      'read a trace of ONNX Runtime, a profile of TensorRT (--exportProfile) or a CSV file with the line node,microseconds instead of running the model',
    )
    .option('--save-trace <file>', 'save the trace of ONNX Runtime')
    .option('--force', 'replace existing files')
    .option('--json', 'print JSON')
    .action((model: string, options: ProfileOptions) => profile(model, options));
  program.command(processCommand, { hidden: true }).action(async () => {
    const { serveProfilingOrder } = await import('../../runtime/profiling/profilingProcess');
    serveProfilingOrder();
  });
}

/** A whole number from 0 upwards. */
function parseWarmup(text: string): number {
  return text === '0' ? 0 : parseCount(text);
}

async function profile(model: string, options: ProfileOptions): Promise<void> {
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { configOf, settingsOf } = await import('../../app/model/configuredModel');
  const { modelFiles, settingsFiles } = await import('../../app/model/inputFiles');
  const { profileText } = await import('../../app/profile/profileModel');
  const { fileIdentities, requireUnchanged } = await import('../../files/fileIdentity');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const { output, saveTrace, fromTrace } = options;
  const overwrite = options.force === true;
  for (const path of [output, saveTrace]) if (path !== undefined) checkOutputFile(path, overwrite);
  const config = configOf(model, options.config);
  const settings = settingsOf(model, config);
  const bindings = { ...settings.bindings, ...options.bind };
  const analyzed = analyzeAs(model, { ...settings, bindings });
  warn(await checkDimensions(analyzed, model, bindings, options.bind));
  const sources = modelFiles(analyzed);
  const traces = fromTrace === undefined ? [] : fileIdentities([fromTrace]);
  const rule = { overwrite, inputs: [...sources, ...settingsFiles(settings), ...traces] };
  const profiled =
    fromTrace === undefined
      ? await measuredAsServed(model, analyzed, options, rule)
      : await imported(fromTrace, analyzed, options);
  requireUnchanged([...sources, ...traces]);
  writeOutputFile(output, profileText(profiled.document), rule);
  warn(profiled.warnings);
  const print = outputBeside(output).print;
  if (options.json === true) print(reportJson('measurement', profileReport(profiled, options)));
  else print([profiledText(profiled, options), ...(await hintAfter(profiled, config, model, output))].join('\n'));
}

/** Other models that were measured on the device, where a configuration stands above them. */
async function hintAfter(
  { document: { device } }: Profiled,
  { path: configPath, config }: LoadedConfig,
  model: string,
  output: string,
): Promise<string[]> {
  if (configPath === undefined) return [];
  const { calibrationHint } = await import('../terminal/calibrationHint');
  const isWritten = (profile: string) => resolve(dirname(configPath), profile) === resolve(output);
  const tier = config.tiers.find(({ profile }) => profile !== undefined && isWritten(profile))?.id;
  return calibrationHint({ configPath, tier, device, except: resolve(model) });
}

/** Where optimization leaves no names to go by and nobody asked for it, the graph runs as it is written. */
async function measuredAsServed(
  model: string,
  analyzed: AnalyzedModel,
  options: ProfileOptions,
  rule: WriteRule,
): Promise<Profiled> {
  const { optimization = servedOptimization } = options;
  try {
    return await measured(model, analyzed, { ...options, optimization }, rule);
  } catch (thrown) {
    const isRenamed = DnnSplitError.is(thrown, 'invalid-profile') && thrown.said?.id === 'profile.renamed';
    if (!isRenamed || options.optimization !== undefined) throw thrown;
    const profiled = await measured(model, analyzed, { ...options, optimization: 'disabled' }, rule);
    return { ...profiled, warnings: [say('profile.asWritten', {}).text, ...profiled.warnings] };
  }
}

async function measured(
  model: string,
  analyzed: AnalyzedModel,
  options: ProfileOptions & { readonly optimization: Optimization },
  rule: WriteRule,
): Promise<Profiled> {
  const { checkWeights, modelInputs } = await import('../../runtime/profiling/modelInputs');
  const { inputRanges } = await import('../../runtime/inputRanges');
  const { recordTrace } = await import('../../runtime/profiling/recordTrace');
  const { profileFromTrace } = await import('../../app/profile/profileModel');
  const { copyFile } = await import('../../files/copyFile');
  checkWeights(analyzed.inferred.model, model);
  const inputs = modelInputs(analyzed.inferred);
  const { runs, warmup = defaultWarmup, threads, optimization } = options;
  checkRuns(runs + warmup, analyzed.graph.nodes.length);
  const program = process.argv[1] ?? '';
  const request = {
    modelPath: model,
    inputs,
    runs: runs + warmup,
    threads,
    optimization,
    ranges: inputRanges(analyzed.inferred),
    ...(options.runtimeFolder !== undefined && { runtimeFolder: options.runtimeFolder }),
    program: [program, processCommand] as const,
    onRun: showProgress,
  };
  return recordTrace(request, (tracePath, { version, runMicroseconds }) => {
    const source: ProfileSource = {
      device: options.device ?? machineName(),
      runtime: `onnxruntime ${version}, ${counted(threads, 'thread')}`,
      recorded: dateText(new Date()),
      ...{ warmup, threads, optimization, runMicroseconds },
    };
    const profiled = profileFromTrace(tracePath, analyzed, source);
    if (options.saveTrace !== undefined) copyFile(tracePath, options.saveTrace, rule);
    return { ...profiled, warnings: [...assumedWarnings(analyzed), ...profiled.warnings] };
  });
}

/** The times hold for the sizes that they were measured with. */
function assumedWarnings({ assumed }: AnalyzedModel): string[] {
  const { assumedText } = assumedReport(assumed);
  return assumedText === undefined ? [] : [say('profile.assumedSizes', { sizes: assumedText }).text];
}

async function imported(tracePath: string, analyzed: AnalyzedModel, options: ProfileOptions): Promise<Profiled> {
  const { profileFromTrace } = await import('../../app/profile/profileModel');
  const { statusAt } = await import('../../files/regularFile');
  if (options.device === undefined) {
    throw new DnnSplitError('bad-usage', say('command.noDevice', {}));
  }
  const recorded = statusAt(tracePath)?.mtime ?? new Date();
  const { device, warmup } = options;
  const source = { device, runtime: 'onnxruntime', recorded: dateText(recorded), warmup };
  return profileFromTrace(tracePath, analyzed, source);
}

function checkRuns(runs: number, nodes: number): void {
  const most = Math.floor(mostEvents / (nodes + 2));
  if (runs <= most) return;
  const message = say('command.tooManyRuns', { runs, nodes, limit: countText(mostEvents), most });
  throw new DnnSplitError('bad-usage', message);
}

function showProgress(done: number, runs: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done < runs ? `\rRun ${done} of ${runs}` : `\r${' '.repeat(40)}\r`);
}

function dateText(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function profileReport(profiled: Profiled, { output }: ProfileOptions) {
  const { document, ...facts } = profiled;
  const { device, runtime, recorded } = document;
  return { file: output, device, runtime, recorded, ...facts };
}

function profiledText(profiled: Profiled, { output }: ProfileOptions): string {
  const { document, nodes, measuredNodes, runs, nodeMicroseconds, runMicroseconds } = profiled;
  const facts = factsText([
    ['profile', output],
    ['device', document.device],
    ['runtime', document.runtime],
    ['measured', `${measuredNodes} of ${counted(nodes, 'node')}, medians of ${counted(runs, 'run')}`],
    ['nodes', `${durationText(nodeMicroseconds / 1000)} in total`],
    ['whole run', durationText(runMicroseconds / 1000)],
  ]);
  return facts;
}
