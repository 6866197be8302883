import type { DType } from '../../../shared/vocabulary/dtype';
import type { StatedDim } from '../../onnx/model';

/** What an open dimension stands for. */
export type SizeRole =
  | 'batch'
  | 'tokens'
  | 'step'
  | 'cache'
  | 'total'
  | 'height'
  | 'width'
  | 'channels'
  | 'samples'
  | 'frames'
  | 'sequence';

/** One open dimension where it stands: in the shape of an input of the model. */
export interface DimPlace {
  /** Its name in the file, or `input.axis` where it has none. */
  readonly symbol: string;
  readonly input: string;
  readonly dtype: DType;
  readonly axis: number;
  readonly shape: readonly StatedDim[];
  /** True where the model reads states of earlier calls (`past_key_values`, `cache`), so that a call is one step. */
  readonly hasState: boolean;
  /** True where the model reads a sample rate, so that what it reads besides is sound. */
  readonly hasSampleRate: boolean;
}

/** Sizes to try for a role, the most usual first; a graph may rule some out. */
export const usualSizes: Readonly<Record<SizeRole, readonly number[]>> = {
  batch: [1],
  tokens: [128, 64, 77, 256, 512],
  // A call is one step; only a graph that cannot take one gets more.
  step: [1, 1, 1, 16, 64],
  cache: [128, 32, 8],
  total: [129],
  height: [224, 256, 320, 384, 416, 512, 640, 299, 300, 128, 96, 64, 32, 28],
  width: [224, 256, 320, 384, 416, 512, 640, 299, 300, 128, 96, 64, 32, 28],
  channels: [3, 1, 4],
  samples: [16_000, 8000, 512, 1024, 24_000, 48_000],
  frames: [100, 128, 96, 80, 200, 3000],
  sequence: [128, 64, 32, 100, 256],
};

const integers: ReadonlySet<DType> = new Set(['int64', 'int32', 'uint32', 'uint64']);
const isChannels = (dim: StatedDim) => dim === 1 || dim === 3 || dim === 4;

interface Rule {
  readonly role: SizeRole;
  /** True where the dimension's own name says so; such rules come before those by place. */
  readonly holds: (place: DimPlace, name: string, input: string) => boolean;
}

/** Rules by the name of the dimension, then by its place; the first that holds decides. */
const rules: readonly Rule[] = [
  {
    role: 'batch',
    holds: ({ axis }, name) => /batch|num_?beams?/.test(name) || (axis === 0 && /^(b|n|bs)$/.test(name)),
  },
  { role: 'total', holds: ({ hasState }, name) => hasState && /total/.test(name) },
  { role: 'cache', holds: (_, name) => /past|cache|history|context_len|kv_?len/.test(name) && !/total/.test(name) },
  { role: 'height', holds: (_, name) => /height|^h$|rows/.test(name) },
  { role: 'width', holds: (_, name) => /width|^w$|cols|columns/.test(name) },
  { role: 'channels', holds: (_, name) => /channels?$|^c$/.test(name) },
  { role: 'samples', holds: (place, name, input) => isAudio(place, name, input) },
  { role: 'step', holds: (place, name) => place.hasState && isStepName(name) && !/encoder/.test(name) },
  { role: 'frames', holds: ({ dtype }, name) => !integers.has(dtype) && /frame|time|mel|^t$/.test(name) },
  { role: 'tokens', holds: ({ dtype }, name) => integers.has(dtype) && isTokenName(name) },
  { role: 'sequence', holds: (_, name) => isTokenName(name) },
  // What follows knows the dimension by its place alone.
  { role: 'cache', holds: ({ axis, shape }, _, input) => isState(input) && shape.length === 4 && axis === 2 },
  { role: 'batch', holds: ({ axis, shape }) => axis === 0 && shape.length > 1 && !isImageWithoutBatch(shape) },
  { role: 'batch', holds: ({ axis, shape, dtype }) => axis === 0 && shape.length === 1 && integers.has(dtype) },
  { role: 'height', holds: ({ axis, shape }) => axis === imageAxes(shape)?.[0] },
  { role: 'width', holds: ({ axis, shape }) => axis === imageAxes(shape)?.[1] },
  { role: 'channels', holds: ({ axis, shape }) => shape.length === 4 && axis === 1 },
  { role: 'total', holds: ({ axis, shape, hasState }, _, input) => isMaskPlace(axis, shape, input) && hasState },
  { role: 'step', holds: ({ axis, shape, dtype, hasState }) => hasState && isTokenPlace(axis, shape, dtype) },
  { role: 'tokens', holds: ({ axis, shape, dtype }) => isTokenPlace(axis, shape, dtype) },
  {
    role: 'sequence',
    holds: ({ axis, shape }) => shape.length === 3 && axis === 1 && typeof shape[2] === 'number',
  },
];

/** What an open dimension stands for; nothing where no rule tells. */
export function roleOf(place: DimPlace): SizeRole | undefined {
  const name = place.symbol.toLowerCase();
  const input = place.input.toLowerCase();
  // A name that is made of the input's says nothing that its place does not.
  const own = name.startsWith(`${input}.`) ? '' : name;
  return rules.find(({ holds }) => holds(place, own, input))?.role;
}

/** True for an input that carries the state of an earlier call. */
export function isState(input: string): boolean {
  return /past|cache|(^|[._])state/.test(input.toLowerCase());
}

function isTokenName(name: string): boolean {
  return /seq|token|text|word|length|(^|_)len$/.test(name);
}

/** Of a stream the frames of a call, of a decoder its tokens. */
function isStepName(name: string): boolean {
  return isTokenName(name) || /frame|^t$/.test(name);
}

function isTokenPlace(axis: number, shape: readonly StatedDim[], dtype: DType): boolean {
  return axis === 1 && shape.length === 2 && (integers.has(dtype) || dtype === 'bool');
}

function isMaskPlace(axis: number, shape: readonly StatedDim[], input: string): boolean {
  return axis === 1 && shape.length === 2 && /mask/.test(input);
}

function isAudio({ axis, shape, dtype, hasSampleRate }: DimPlace, name: string, input: string): boolean {
  if (integers.has(dtype) || axis !== shape.length - 1 || shape.length > 3) return false;
  if (hasSampleRate && axis > 0 && shape.length === 2) return true;
  return /sample|audio|wav|pcm/.test(name) || (shape.length <= 2 && /audio|wav|pcm|speech/.test(input));
}

/** Axes of height and width of something that looks like an image, by which axis holds 1, 3 or 4 channels. */
function imageAxes(shape: readonly StatedDim[]): readonly [number, number] | undefined {
  if (shape.length === 4) return isChannels(shape[3]) && !isChannels(shape[1]) ? [1, 2] : [2, 3];
  if (!isImageWithoutBatch(shape)) return undefined;
  return isChannels(shape[0]) ? [1, 2] : [0, 1];
}

function isImageWithoutBatch(shape: readonly StatedDim[]): boolean {
  if (shape.length !== 3) return false;
  const openEnds = (from: number) => typeof shape[from] !== 'number' && typeof shape[from + 1] !== 'number';
  return (isChannels(shape[0]) && openEnds(1)) || (isChannels(shape[2]) && openEnds(0));
}
