import type { StatePair, StateSetting } from '../../../shared/vocabulary/statePairs';
import type { Work } from '../../../shared/work/work';
import type { OnnxModel, OnnxNode, StatedDim } from '../../onnx/model';
import { namedStatePairs, statePairs } from '../../state/statePairs';
import type { DimensionBindings, InferredModel } from '../facts/inferred';
import { inferModel } from '../inferModel';
import { type DimPlace, isState, roleOf, type SizeRole, usualSizes } from './sizeRules';

/** An open dimension of an input, with the size that is assumed for it. */
export interface AssumedDimension {
  readonly symbol: string;
  readonly size: number;
  /** What the dimension is taken for. */
  readonly role: SizeRole;
}

/** A model with every size that could be assumed. */
export interface SizedModel {
  /** As the file and the bindings have it: what is open stays a symbol. */
  readonly stated: InferredModel;
  /** Under the assumed sizes too; the same object where nothing is assumed. */
  readonly inferred: InferredModel;
  readonly assumed: readonly AssumedDimension[];
  /** Open dimensions of inputs that no rule knows; sizes that depend on them stay unknown. */
  readonly unknown: readonly string[];
  /** What one call leaves for the next. */
  readonly state: readonly StatePair[];
}

/** Sets of sizes that are tried at most: what they cost is an inference each. */
const mostTries = 8;

/**
 * Infers a model and assumes a usual size for every open dimension of its inputs: batch 1, 128 tokens, images of 224,
 * a second of audio, caches of 128. Sizes that contradict the graph are passed over for the next usual ones.
 * @param bindings what is known; nothing is assumed for these.
 * @param setting which state the model has; a model with any is taken step by step.
 * @throws DnnSplitError `canceled`, `invalid-config` where stated pairs cannot be state
 */
export function inferSized(
  model: OnnxModel,
  bindings: DimensionBindings,
  work: Work,
  setting: StateSetting = 'recognized',
): SizedModel {
  const stated = inferModel(model, bindings, work);
  const sized = withSizes(model, stated, bindings, work, namedStatePairs(setting, stated).length > 0);
  return { ...sized, state: statePairs(setting, sized.inferred) };
}

function withSizes(
  model: OnnxModel,
  stated: InferredModel,
  bindings: DimensionBindings,
  work: Work,
  hasPairs: boolean,
): Omit<SizedModel, 'state'> {
  const places = openPlaces(model, stated, hasPairs);
  const roles = new Map<string, SizeRole>();
  for (const place of places) {
    const role = roles.get(place.symbol) ?? roleOf(place);
    if (role !== undefined) roles.set(place.symbol, role);
  }
  const symbols = new Set(places.map(({ symbol }) => symbol));
  const unknown = [...symbols].filter((symbol) => !roles.has(symbol));
  if (roles.size === 0) return { stated, inferred: stated, assumed: [], unknown };
  const mostContradictions = contradictionsOf(stated);
  let first: { readonly inferred: InferredModel; readonly assumed: readonly AssumedDimension[] } | undefined;
  for (const assumed of sizesToTry(model, roles, places)) {
    const sizes = Object.fromEntries(assumed.map(({ symbol, size }) => [symbol, size]));
    const inferred = inferModel(model, { ...sizes, ...bindings }, work);
    first ??= { inferred, assumed };
    if (contradictionsOf(inferred) <= mostContradictions) return { stated, inferred, assumed, unknown };
  }
  return { stated, ...(first ?? { inferred: stated, assumed: [] }), unknown };
}

function contradictionsOf({ diagnostics }: InferredModel): number {
  return diagnostics.filter(({ severity }) => severity !== 'information').length;
}

/** The dimensions that change from call to call of a model with state. */
export interface StepDimensions {
  /** How many tokens a call takes; none where every call takes the same. */
  readonly step: readonly string[];
  /** How many tokens were there before, and how many there are with those of the call. */
  readonly past: readonly string[];
  readonly total: readonly string[];
}

/**
 * The dimensions of a model that change from call to call.
 * @throws DnnSplitError `canceled`
 */
export function stepDimensions(model: OnnxModel, state: readonly StatePair[], work: Work): StepDimensions {
  const free = inferModel(model, {}, work);
  const places = openPlaces(model, free, state.length > 0);
  const remembered = new Set(state.map(({ input }) => input));
  const ofRole = (role: SizeRole) => {
    const found = places.filter((place) => !remembered.has(place.input) && roleOf(place) === role);
    return new Set(found.map(({ symbol }) => symbol));
  };
  const step = ofRole('step');
  const past = state.flatMap(({ input, growsAlong }) => {
    const dim = growsAlong === undefined ? undefined : free.tensors.get(input)?.shape?.[growsAlong];
    return typeof dim === 'object' ? dim.symbols.filter((symbol) => !step.has(symbol)) : [];
  });
  return {
    step: [...step],
    past: [...new Set(past)],
    total: [...ofRole('total')].filter((name) => !past.includes(name)),
  };
}

/** Where the open symbols of the inputs stand, in the order of the inputs. */
function openPlaces(model: OnnxModel, stated: InferredModel, hasPairs: boolean): DimPlace[] {
  const inputs = new Set(stated.inputs);
  const hasState = hasPairs || stated.inputs.some(isState);
  const hasSampleRate = stated.inputs.some((name) => /^(sr|sampl(e|ing)_?rate)$/i.test(name));
  return model.graph.inputs.flatMap(({ name, type }) => {
    const fact = stated.tensors.get(name);
    if (!inputs.has(name) || type?.kind !== 'tensor' || fact?.shape === undefined) return [];
    const shape: readonly StatedDim[] = fact.shape.map((dim, axis) =>
      typeof dim === 'number' ? dim : type.shape?.[axis],
    );
    return fact.shape.flatMap((dim, axis): DimPlace[] => {
      if (typeof dim === 'number') return [];
      // Of a sum such as `past + step`, each part is a dimension of its own.
      return dim.symbols.map((symbol) => ({
        symbol,
        input: name,
        dtype: type.dtype,
        axis,
        shape,
        hasState,
        hasSampleRate,
      }));
    });
  });
}

/** The usual sizes of all roles, the first ones first; later tries change those of one role after the other. */
function* sizesToTry(
  model: OnnxModel,
  roles: ReadonlyMap<string, SizeRole>,
  places: readonly DimPlace[],
): Generator<readonly AssumedDimension[]> {
  const channels = channelsOfImage(model, places);
  const rate = sampleRateOf(places);
  const own: Partial<Record<SizeRole, readonly number[]>> = {
    ...(channels !== undefined && { channels: [channels] }),
    ...(rate !== undefined && { samples: [rate] }),
  };
  const sizesOf = (role: SizeRole) => own[role] ?? usualSizes[role];
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const sizeOf = (role: SizeRole): number => {
      const sizes = sizesOf(role);
      return sizes[Math.min(attempt, sizes.length - 1)] ?? 1;
    };
    // What a mask covers: the cache and the step that follows it.
    const total = sizeOf('cache') + sizeOf('step');
    yield [...roles].map(([symbol, role]) => ({ symbol, role, size: role === 'total' ? total : sizeOf(role) }));
    if ([...roles.values()].every((role) => attempt + 1 >= sizesOf(role).length)) return;
  }
}

/** Channels that the first convolution of an image input reads: the second size of its weight times its groups. */
function channelsOfImage(model: OnnxModel, places: readonly DimPlace[]): number | undefined {
  const inputs = new Set(places.map(({ input }) => input));
  const first = model.graph.nodes.find(
    ({ op, inputs: [data] }) => op === 'Conv' && data !== undefined && inputs.has(data),
  );
  const weight = model.graph.initializers.get(first?.inputs[1] ?? '');
  const perGroup = weight?.shape[1];
  return first === undefined || perGroup === undefined ? undefined : perGroup * groupsOf(first);
}

function groupsOf({ attributes }: OnnxNode): number {
  const group = attributes.get('group');
  return group?.kind === 'int' ? group.value : 1;
}

/** Samples of a second, where a name tells the rate (`audio_8k`, `wav_22050`). */
function sampleRateOf(places: readonly DimPlace[]): number | undefined {
  for (const { symbol, input } of places) {
    const text = `${symbol} ${input}`.toLowerCase();
    const kilo = text.match(/(\d{1,2}(?:\.\d{1,3})?)\s*khz|_(\d{1,2})k(?![a-z])/);
    if (kilo) return Math.round(Number(kilo[1] ?? kilo[2]) * 1000);
    const plain = text.match(/(8000|11025|16000|22050|24000|32000|44100|48000)/);
    if (plain) return Number(plain[1]);
  }
  return undefined;
}
