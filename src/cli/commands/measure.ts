import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { LinkFigures } from '../../app/measure/measureLink';
import type { MeasuredThere } from '../../app/measure/measureModel';
import type { TierMachine } from '../../app/measure/measureTiers';
import type { Profiled } from '../../app/profile/profileModel';
import { optimizationLevels, type ProfileDocument } from '../../shared/documents/profile';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { bandwidthText, bytesText, durationText } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import { collectTexts, parseBindings, parseCount, parseLinkNumber } from '../terminal/arguments';
import { interruptSignal, progressLine } from '../terminal/canceling';
import { jsonText, standardOutput, warn } from '../terminal/output';

interface MeasureCommandOptions {
  readonly config?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly tier?: string;
  readonly host?: string;
  readonly confirm: readonly string[];
  readonly link?: number;
  readonly relay?: string;
  readonly tokenFile?: string;
  readonly runs: number;
  readonly threads: number;
  readonly optimization: NonNullable<ProfileDocument['optimization']>;
  readonly folder: string;
  readonly keep?: boolean;
  readonly remoteRuntimeFolder?: string;
  readonly sshConfig?: string;
  readonly json?: boolean;
}

const warmup = 3;

/** `dnnsplit measure MODEL`: profiles where the tiers run, and the links there, over SSH. */
export function addMeasure(program: Command): void {
  program
    .command('measure')
    .description(
      'Measure a model on the machines of its tiers over SSH, and write profiles and links into dnnsplit.json',
    )
    .argument('<model>', 'an .onnx file')
    .option('-c, --config <file>', 'dnnsplit.json to read and to write (default: the nearest one above the model)')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option('--tier <id>', 'measure this tier alone')
    .option('--host <machine>', 'with --tier: its machine as ssh knows it, host or user@host')
    .option(
      '--confirm <machine>',
      'connect to this machine that dnnsplit.json names (repeatable)',
      (text: string, before: readonly string[]) => collectTexts(text, before),
      [],
    )
    .option(
      '--link <number>',
      'write the measured connection into this link, which joins the tier to the one that runs here',
      parseLinkNumber,
    )
    .option(
      '--relay <url>',
      'measure nothing but the way from here to this relay, which runs, and write it into --link',
    )
    .option('--token-file <file>', 'with --relay: token that it wants')
    .option('--runs <number>', 'measured runs; each time is their median', parseCount, 20)
    .option('--threads <number>', 'threads of ONNX Runtime there', parseCount, 1)
    .addOption(
      new Option('--optimization <level>', 'graph optimization of ONNX Runtime; relays serve with all')
        .choices(optimizationLevels)
        .default('all'),
    )
    .option('--folder <folder>', 'folder there, in the home folder unless it is absolute', '.dnnsplit-measure')
    .option('--keep', 'leave program and model there, so that they need not be copied again')
    .option('--remote-runtime-folder <folder>', 'folder there in which ONNX Runtime is installed')
    .option('--ssh-config <file>', 'configuration of ssh instead of your own')
    .option('--json', 'print JSON')
    .action(async (model: string, { relay, ...options }: MeasureCommandOptions) => {
      if (relay === undefined) await measure(model, options);
      else await (await import('./measureRelay')).measureRelayLink(model, { ...options, relay });
    });
}

interface TierResult {
  readonly machine: TierMachine;
  readonly measured: MeasuredThere;
  readonly profiled: Profiled;
  readonly profile: string;
}

async function measure(modelPath: string, options: MeasureCommandOptions): Promise<void> {
  const { analyzeFile } = await import('../../app/model/analyzeFile');
  const { configOf, settingsOf } = await import('../../app/model/configuredModel');
  const { linkFacts } = await import('../../app/measure/measureLink');
  const { machinesOf, profileFromThere, profilePlace } = await import('../../app/measure/measureTiers');
  const { withValues } = await import('../../shared/documents/withValues');
  const { measurableModel } = await import('../../app/measure/measurableModel');
  const { measureThere } = await import('../../app/measure/measureModel');
  const { profileText } = await import('../../app/profile/profileModel');
  const { remoteHost } = await import('../../app/push/remoteHost');
  const { readTextFile } = await import('../../files/regularFile');
  const { writeFileAtomically } = await import('../../files/atomicFile');
  const config = configOf(modelPath, options.config);
  if (config.path === undefined) throw new DnnSplitError('bad-usage', say('measure.noHost', {}));
  const { tier, host: named, confirm: confirmed, runs, threads, optimization, link } = options;
  const machines = machinesOf(config.config, { tier, named, confirmed });
  checkLink(link, machines, config.config.tiers.length);
  const hosts = machines.map(({ destination }) => remoteHost(destination, options.sshConfig));
  const model = analyzeFile(modelPath, { ...settingsOf(modelPath, config).bindings, ...options.bind });
  const measurable = measurableModel(model);
  const signal = interruptSignal();
  const results: TierResult[] = [];
  for (const [index, machine] of machines.entries()) {
    const host = hosts[index];
    if (host === undefined) continue;
    const measured = await measureThere(measurable, {
      ...{ host, signal, folder: options.folder, keeps: options.keep === true },
      program: join(__dirname, 'relay.js'),
      order: { runs, warmup, threads, optimization },
      runtimeFolder: options.remoteRuntimeFolder,
      onProgress: progressLine(`Measure on ${visibleText(machine.destination)}`),
    });
    const today = new Date().toISOString().slice(0, 10);
    const profiled = profileFromThere(model, machine, measured, today, { threads, optimization });
    const { path, file } = profilePlace(config.path, profiled.document.model?.name ?? '', machine.tier);
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomically(file, profileText(profiled.document), { overwrite: true, inputs: [] });
    const isLower = link === machine.index;
    const facts = Object.entries(linkFacts(measured.link, isLower));
    const values = [
      [['tiers', machine.index, 'profile'], path] as const,
      ...(link === undefined ? [] : facts.map(([name, value]) => [['links', link, name], value] as const)),
    ];
    const text = withValues(
      readTextFile(config.path, 'configuration'),
      values.map(([at, value]) => [[...at], value]),
    );
    writeFileAtomically(config.path, text, { overwrite: true, inputs: [] });
    warn(profiled.warnings);
    results.push({ machine, measured, profiled, profile: path });
  }
  const configPath = config.path;
  const hints =
    options.json === true ? [] : await Promise.all(results.map((result) => hintAfter(result, configPath, modelPath)));
  standardOutput.print(
    options.json === true
      ? jsonText(measureReport(results))
      : results.flatMap((result, index) => [resultText(result), ...(hints[index] ?? [])]).join('\n'),
  );
}

async function hintAfter({ machine, profiled }: TierResult, configPath: string, modelPath: string): Promise<string[]> {
  const { calibrationHint } = await import('../terminal/calibrationHint');
  const { device } = profiled.document;
  return calibrationHint({ configPath, tier: machine.tier, device, except: resolve(modelPath) });
}

/** A link joins the tier to a neighbor. @throws DnnSplitError `bad-usage` */
function checkLink(link: number | undefined, machines: readonly TierMachine[], tiers: number): void {
  if (link === undefined) return;
  const [first] = machines;
  const isBeside = first !== undefined && machines.length === 1 && link < tiers - 1;
  if (isBeside && (link === first.index || link === first.index - 1)) return;
  throw new DnnSplitError('bad-usage', say('measure.noLinkBeside', { link, tier: first?.tier ?? '' }));
}

function measureReport(results: readonly TierResult[]) {
  return {
    format: 'dnnsplit.measurement',
    formatVersion: 1,
    tiers: results.map(({ machine, measured, profiled, profile }) => ({
      tier: machine.tier,
      host: machine.destination,
      profile,
      device: profiled.document.device,
      nodes: profiled.nodes,
      measuredNodes: profiled.measuredNodes,
      runMicroseconds: profiled.runMicroseconds,
      connection: connectionFacts(measured.link),
      bytes: measured.bytes,
      sentBytes: measured.sentBytes,
      warnings: profiled.warnings,
    })),
  };
}

function connectionFacts({ roundTripMs, outMbps, backMbps }: LinkFigures) {
  return { roundTripMs, toMachineMbps: outMbps, fromMachineMbps: backMbps };
}

function resultText({ machine, measured, profiled, profile }: TierResult): string {
  const { link, bytes, sentBytes } = measured;
  const name = visibleText(machine.destination);
  return [
    `Tier ${visibleText(machine.tier)}: ${profiled.measuredNodes} of ${profiled.nodes} nodes measured on ${name} (${profiled.document.device}), ${durationText(profiled.runMicroseconds / 1000)} per run; written to ${visibleText(profile)}.`,
    `Connection to ${name}: round trip ${durationText(link.roundTripMs)}, ${bandwidthText(link.outMbps)} there, ${bandwidthText(link.backMbps)} back, as far as ssh carries it.`,
    `Copied ${bytesText(sentBytes)} of ${bytesText(bytes)}.`,
  ].join('\n');
}
