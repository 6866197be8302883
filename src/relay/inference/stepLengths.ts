import type { ContractTensor, StartTensor } from '../../shared/documents/contract';

/** Lengths of a generation at one step: tokens before it, tokens that it takes, and both together. */
export interface StepLengths {
  readonly past: number;
  readonly step: number;
  readonly total: number;
}

/** Which length of a generation a dimension is; none for those that stay. */
export type RoleOf = (tensor: ContractTensor, axis: number) => keyof StepLengths | undefined;

/** By its name: a mask of all tokens so far. */
export const masksAll = /mask/i;

/** Symbols of caches that grow are the length of the past; those that are no size of any state are the length of a step. */
export function rolesOf(startsWith: readonly StartTensor[]): RoleOf {
  const past = new Set<string>();
  const kept = new Set<string>();
  for (const { shape, growsAlong } of startsWith) {
    for (const [axis, dim] of (shape ?? []).entries()) {
      if (typeof dim === 'string') (axis === growsAlong ? past : kept).add(dim);
    }
  }
  return ({ name, shape }, axis) => {
    const dim = shape?.[axis];
    if (typeof dim !== 'string' || past.size === 0) return undefined;
    if (past.has(dim)) return 'past';
    if (dim.includes('+') || (masksAll.test(name) && axis === (shape?.length ?? 0) - 1)) return 'total';
    return kept.has(dim) || /encoder/i.test(dim) ? undefined : 'step';
  };
}

/** A tensor as one step has it: its lengths in numbers, every other symbol as it was. */
export function atStep(tensor: ContractTensor, roleOf: RoleOf, lengths: StepLengths): ContractTensor {
  const shape = tensor.shape?.map((dim, axis) => {
    const role = roleOf(tensor, axis);
    return role === undefined ? dim : lengths[role];
  });
  return { ...tensor, shape: shape ?? null };
}
