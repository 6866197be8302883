import type { AdaptiveContract, ContractCut } from '../../../../src/shared/documents/contract';
import { contractTensor } from './serveTier';

export const artifactA = `sha256:${'a'.repeat(64)}`;
export const artifactB = `sha256:${'b'.repeat(64)}`;

const [x, a, y] = [contractTensor('x'), contractTensor('a'), contractTensor('y')];
const original = { receivesAs: 'original', sendsAs: 'original' } as const;

/** x -> block 1 -> a -> block 2 -> y, each of which adds one; by the cut: what lies on the device. */
const device: Readonly<Record<string, ContractCut>> = {
  all: {
    id: 'all',
    blocks: ['1', '2'],
    lastTier: 0,
    ...original,
    receives: [x],
    sends: [],
    answers: [y],
    answersAbove: [],
  },
  half: {
    id: 'half',
    blocks: ['1'],
    lastTier: 1,
    ...original,
    receives: [x],
    sends: [a],
    answers: [],
    answersAbove: [y],
  },
  none: { id: 'none', blocks: [], lastTier: 1, ...original, receives: [x], sends: [x], answers: [], answersAbove: [y] },
};
const cloud: Readonly<Record<string, ContractCut>> = {
  half: {
    id: 'half',
    blocks: ['2'],
    lastTier: 1,
    ...original,
    receives: [a],
    sends: [],
    answers: [y],
    answersAbove: [],
  },
  none: {
    id: 'none',
    blocks: ['1', '2'],
    lastTier: 1,
    ...original,
    receives: [x],
    sends: [],
    answers: [y],
    answersAbove: [],
  },
};

interface Settings {
  readonly artifact?: string;
  readonly cuts?: readonly string[];
  readonly startMbps?: number;
  readonly rules?: Partial<Pick<AdaptiveContract['policy'], 'hysteresis' | 'minimumDwellMs' | 'minimumSamples'>>;
}

function contract(tier: 'device' | 'cloud', settings: Settings): AdaptiveContract {
  const { artifact = artifactA, startMbps = 5, rules } = settings;
  const all = tier === 'device' ? device : cloud;
  const cuts = (settings.cuts ?? Object.keys(all)).flatMap((id) => all[id] ?? []);
  const blocks = [
    { id: '1', file: 'block-1.onnx', inputs: [x], outputs: [a] },
    { id: '2', file: 'block-2.onnx', inputs: [a], outputs: [y] },
  ];
  const borders = [
    { fromMbps: 0, toMbps: 1, cut: 'all' },
    { fromMbps: 1, toMbps: 10, cut: 'half' },
    { fromMbps: 10, toMbps: null, cut: 'none' },
  ].filter(({ cut }) => tier === 'cloud' || cuts.some(({ id }) => id === cut));
  return {
    format: 'dnnsplit.contract',
    formatVersion: 2,
    artifact,
    model: 'm',
    tier,
    position: tier === 'device' ? 0 : 1,
    tierCount: 2,
    blocks: blocks.filter(({ id }) => cuts.some((cut) => cut.blocks.includes(id))),
    cuts,
    policy: {
      version: 'p1',
      links: [{ link: 0, startMbps, borders }],
      hysteresis: 0.1,
      minimumDwellMs: 0,
      minimumSamples: 0,
      ...rules,
    },
  };
}

export const deviceContract = (settings: Settings = {}) => contract('device', settings);
export const cloudContract = (settings: Settings = {}) => contract('cloud', settings);
