import { shellWord } from '../escape/shell';
import type { PlanOverrides } from '../protocol/requests';
import { namesOf } from '../recordOf';

/** A plan that the command line can make. */
export interface CommandedPlan {
  readonly command: 'plan' | 'report';
  /** Paths as a person at the terminal writes them; without a configuration the command looks for the nearest one. */
  readonly model: string;
  readonly config?: string | undefined;
  /** Sizes of dimensions that no configuration states. */
  readonly bindings?: Readonly<Record<string, number>>;
  readonly overrides: PlanOverrides;
  /** Ids of the tiers, from the device upwards. */
  readonly tiers: readonly string[];
  /** Options besides. */
  readonly more?: readonly string[];
}

type OptionsOf = (overrides: PlanOverrides, tiers: readonly string[]) => readonly string[];

/** What states each override on the command line. */
const optionsOf: Readonly<Record<keyof PlanOverrides, OptionsOf>> = {
  objective: ({ objective }) => option('--objective', objective),
  strategy: ({ strategy }) => option('--strategy', strategy),
  answer: ({ answer }) => option('--answer', answer),
  bandwidthMbps: ({ bandwidthMbps }) => perLink('--link', bandwidthMbps),
  latencyMs: ({ latencyMs }) => perLink('--latency', latencyMs),
  tierSpeed: ({ tierSpeed = [] }, tiers) =>
    tierSpeed.flatMap((factor, tier) => (factor === null ? [] : ['--speed', `${tiers[tier] ?? ''}=${factor}`])),
  cuts: ({ cuts }) => perLink('--cut-at', cuts),
  pin: ({ pin = {} }) => Object.entries(pin).flatMap(([node, tier]) => ['--pin', `${node}=${tier}`]),
  placement: ({ placement }) => option('--placement', placement && JSON.stringify(placement)),
};

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}

function perLink(name: string, values: readonly (number | null)[] = []): string[] {
  const stated = values.flatMap((value, link) => (value === null ? [] : [`${link}=${value}`]));
  return stated.length === 0 ? [] : [name, stated.join(',')];
}

/** The command line that makes the same plan, quoted for a POSIX shell. */
export function planCommand({
  command,
  model,
  config,
  bindings = {},
  overrides,
  tiers,
  more = [],
}: CommandedPlan): string {
  const words = [
    'dnnsplit',
    command,
    // A file may be called like an option.
    model.startsWith('-') ? `./${model}` : model,
    ...(config === undefined ? [] : ['--config', config]),
    ...Object.entries(bindings).flatMap(([name, size]) => ['--bind', `${name}=${size}`]),
    ...namesOf(optionsOf).flatMap((name) => optionsOf[name](overrides, tiers)),
    ...more,
  ];
  return words.map(shellWord).join(' ');
}
