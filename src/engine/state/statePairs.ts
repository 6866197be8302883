import { say } from '../../shared/messages/say';
import type { StatedPair, StatePair, StateSetting } from '../../shared/vocabulary/statePairs';
import { DnnSplitError } from '../../shared/work/errors';
import { isCache, isCrossCache, pairsByName } from './stateNames';

/** What recognition needs to know of a tensor; a dimension that is no number is told by its key. */
interface TypedTensor {
  readonly kind: string;
  readonly dtype: string;
  readonly shape: readonly (number | { readonly key: string })[] | undefined;
}

/** A model as recognition sees it. */
export interface TypedModel {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tensors: ReadonlyMap<string, TypedTensor>;
}

/** The pairs that a setting and the names of a model's inputs and outputs tell, whatever their types. */
export function namedStatePairs(
  setting: StateSetting,
  { inputs, outputs }: Pick<TypedModel, 'inputs' | 'outputs'>,
): readonly StatedPair[] {
  if (setting === 'none') return [];
  if (setting !== 'recognized') return setting.flatMap((pair) => expanded(pair, inputs, outputs));
  return pairsByName(inputs, outputs).map(([input, output]) => ({ input, output }));
}

/**
 * The state of a model: pairs of an input and an output of one type, and of shapes that are equal but for one axis
 * along which the state grows.
 * @throws DnnSplitError `invalid-config` where a stated pair cannot be state.
 */
export function statePairs(setting: StateSetting, model: TypedModel): readonly StatePair[] {
  return namedStatePairs(setting, model).flatMap(({ input, output }) => {
    const fit = fitOf(model, input, output);
    if (fit !== undefined) return [{ input, output, ...fit }];
    if (setting === 'recognized') return [];
    throw new DnnSplitError('invalid-config', say('state.unfit', { input, output }));
  });
}

/** How an output fits the input that it becomes: nothing where it does not. */
function fitOf({ tensors }: TypedModel, input: string, output: string): Pick<StatePair, 'growsAlong'> | undefined {
  const [before, after] = [tensors.get(input), tensors.get(output)];
  if (before?.kind !== 'tensor' || after?.kind !== 'tensor') return undefined;
  if (before.dtype !== after.dtype && after.dtype !== 'undefined') return undefined;
  if (before.shape === undefined || after.shape === undefined) return {};
  if (before.shape.length !== after.shape.length) return undefined;
  const longer: number[] = [];
  const open: number[] = [];
  for (const [axis, dim] of before.shape.entries()) {
    const other = after.shape[axis];
    if (typeof dim !== 'number' || typeof other !== 'number') {
      if (keyOf(dim) !== keyOf(other)) open.push(axis);
    } else if (other !== dim) {
      if (other < dim) return undefined;
      longer.push(axis);
    }
  }
  if (longer.length > 1) return undefined;
  const growsAlong = longer[0] ?? (isCache(input) && !isCrossCache(input) ? open[0] : undefined);
  return growsAlong === undefined ? {} : { growsAlong };
}

function keyOf(dim: number | { readonly key: string } | undefined): string {
  return typeof dim === 'object' ? dim.key : String(dim);
}

/** The pairs of names that a pair of patterns stands for. */
function expanded({ input, output }: StatedPair, inputs: readonly string[], outputs: readonly string[]): StatedPair[] {
  const known = new Set(outputs);
  return inputs.flatMap((name) => {
    const part = starOf(input, name);
    const partner = part === undefined ? undefined : output.split('*').join(part);
    return partner !== undefined && known.has(partner) ? [{ input: name, output: partner }] : [];
  });
}

/** What the `*` of a pattern stands for in a name; nothing where the name does not fit. */
function starOf(pattern: string, name: string): string | undefined {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return name === pattern ? '' : undefined;
  const fits = name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);
  return fits ? name.slice(start.length, name.length - end.length) : undefined;
}
