import { type Command, Option } from 'commander';
import type { AnalyzedModel } from '../../app/model/analyzeFile';
import type { ModelSettings } from '../../app/model/configuredModel';
import { say } from '../../shared/messages/say';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { type AnswerPlace, answerPlaces } from '../../shared/reports/answers';
import { metrics } from '../../shared/vocabulary/metrics';
import { namedStrategies } from '../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../shared/work/errors';
import { collectTexts, parseLatencies, parseLinks, parsePositions } from './arguments';
import { parsePlacement } from './placement';

/** What a person may try that the configuration states otherwise. */
export interface OverrideOptions {
  readonly objective?: string;
  readonly strategy?: string;
  readonly answer?: AnswerPlace;
  readonly cut?: readonly string[];
  readonly cutAt?: ReadonlyMap<number, number>;
  readonly link?: ReadonlyMap<number, number>;
  readonly latency?: ReadonlyMap<number, number>;
  readonly speed?: readonly string[];
  readonly pin?: readonly string[];
  readonly placement?: NonNullable<PlanOverrides['placement']>;
}

/** Names of these options, as a command has them. */
export const overrideOptions = [
  'objective',
  'strategy',
  'answer',
  'cut',
  'cutAt',
  'link',
  'latency',
  'speed',
  'pin',
  'placement',
] as const satisfies readonly (keyof OverrideOptions)[];

/** Adds the options of every command that makes a plan of a person's own. */
export function addOverrideOptions(command: Command): Command {
  return command
    .option('--link <index=mbps>', 'bandwidth of a link in Mbit/s, such as 0=20 (repeatable)', parseLinks)
    .option('--latency <index=ms>', 'one-way latency of a link in ms, such as 0=5 (repeatable)', parseLatencies)
    .option('--speed <tier=factor>', 'take a tier to be this many times as fast (repeatable)', collectTexts)
    .option('--cut <node>', 'cut after this node and nowhere else; repeat it for more tiers', collectTexts)
    .addOption(
      new Option(
        '--cut-at <index=position>',
        'cut a link at a position that analyze lists, such as 0=37 (repeatable); other links stay free',
      )
        .argParser(parsePositions)
        .conflicts('cut'),
    )
    .option('--pin <node=tier>', 'keep a node on a tier, by its name or id (repeatable)', collectTexts)
    .addOption(
      new Option('--placement <json>', 'one whole plan: the nodes of each tier as JSON, ids or first..last')
        .argParser(parsePlacement)
        .conflicts(['cut', 'cutAt']),
    )
    .option('--objective <objective>', `${metrics.join(', ')}, or weights as JSON`)
    .option('--strategy <strategy>', `search strategy: ${namedStrategies.join(', ')}, single:<tier>`)
    .addOption(
      new Option(
        '--answer <place>',
        'where outputs are wanted: returned to the first tier, or stays where it is made',
      ).choices(answerPlaces),
    );
}

/** What the options change of the configuration. @throws DnnSplitError `bad-usage` */
export async function overridesOf(
  analyzed: AnalyzedModel,
  settings: ModelSettings,
  { objective, strategy, answer, link, latency, speed, pin, placement, cut, cutAt }: OverrideOptions,
): Promise<PlanOverrides> {
  const changed: PlanOverrides = {
    ...(objective !== undefined && { objective }),
    ...(strategy !== undefined && { strategy }),
    ...(answer !== undefined && { answer }),
    ...(link !== undefined && { bandwidthMbps: byLink(settings, link) }),
    ...(latency !== undefined && { latencyMs: byLink(settings, latency) }),
    ...(speed !== undefined && { tierSpeed: speedsOf(settings, speed) }),
    ...(pin !== undefined && { pin: pinsOf(settings, pin) }),
    ...(placement !== undefined && { placement }),
    ...(cutAt !== undefined && { cuts: byLink(settings, cutAt) }),
  };
  if (cut === undefined) return changed;
  const { cutsAfter } = await import('../../app/plan/cutAfter');
  return { ...changed, cuts: cutsAfter(analyzed, settings, changed, cut) };
}

/** The values of links by their index, `null` where none is given. */
function byLink({ infrastructure }: ModelSettings, given: ReadonlyMap<number, number>): (number | null)[] {
  const last = infrastructure.links.length - 1;
  const link = [...given.keys()].find((index) => index > last);
  if (link !== undefined) {
    if (last < 0) throw new DnnSplitError('bad-usage', say('command.noLink', {}));
    throw new DnnSplitError(
      'bad-usage',
      last === 0 ? say('command.onlyLink', { link }) : say('command.unknownLink', { link, last }),
    );
  }
  return infrastructure.links.map((_, index) => given.get(index) ?? null);
}

/** `tier=factor`, by the index of the tier: a name may hold anything. */
function speedsOf({ infrastructure }: ModelSettings, given: readonly string[]): (number | null)[] {
  const ids = infrastructure.tiers.map(({ id }) => id);
  const factors = given.map((text): readonly [number, number] => {
    const tier = ids.findIndex((id) => text.startsWith(`${id}=`));
    const factor = Number(text.slice((ids[tier]?.length ?? 0) + 1).trim() || Number.NaN);
    if (tier < 0 || !(factor > 0) || !Number.isFinite(factor)) {
      throw new DnnSplitError('bad-usage', say('command.speed', { text, known: ids.join(', ') }));
    }
    return [tier, factor];
  });
  const factorOf = new Map(factors);
  return ids.map((_, tier) => factorOf.get(tier) ?? null);
}

/** `node=tier`, by the node. */
function pinsOf({ infrastructure }: ModelSettings, given: readonly string[]): Record<string, string> {
  const ids = infrastructure.tiers.map(({ id }) => id);
  return Object.fromEntries(
    given.map((text) => {
      const tier = ids.find((id) => text.endsWith(`=${id}`));
      const node = tier === undefined ? '' : text.slice(0, -tier.length - 1);
      if (tier === undefined || node === '') {
        throw new DnnSplitError('bad-usage', say('command.pin', { text, known: ids.join(', ') }));
      }
      return [node, tier];
    }),
  );
}
