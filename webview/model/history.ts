import type { PlanOverrides } from '../../src/shared/requests';

/** What was tried out before, and what was taken back. */
export interface History {
  readonly past: readonly PlanOverrides[];
  readonly future: readonly PlanOverrides[];
  /** The last change was one of bandwidths alone, so that the next one of them continues it. */
  readonly sliding: boolean;
}

interface Tried {
  readonly overrides: PlanOverrides;
  readonly history: History;
}

export const emptyHistory: History = { past: [], future: [], sliding: false };

/** Steps that can be taken back. */
const longest = 100;

const fingerprint = ({ bandwidthMbps: _, ...others }: PlanOverrides) => JSON.stringify(others);

/** Other overrides; the moves of a slider in a row count as one step. */
export function change({ overrides: before, history }: Tried, overrides: PlanOverrides): Tried {
  if (JSON.stringify(before) === JSON.stringify(overrides)) return { overrides, history };
  const sliding = fingerprint(before) === fingerprint(overrides);
  const past = sliding && history.sliding ? history.past : [...history.past, before].slice(-longest);
  return { overrides, history: { past, future: [], sliding } };
}

/** Takes the last change back. */
export function undo({ overrides, history: { past, future } }: Tried): Tried {
  const before = past.at(-1);
  if (before === undefined) return { overrides, history: { past, future, sliding: false } };
  return { overrides: before, history: { past: past.slice(0, -1), future: [overrides, ...future], sliding: false } };
}

/** Makes the change again that was taken back last. */
export function redo({ overrides, history: { past, future } }: Tried): Tried {
  const [next, ...later] = future;
  if (next === undefined) return { overrides, history: { past, future, sliding: false } };
  return { overrides: next, history: { past: [...past, overrides], future: later, sliding: false } };
}

const same = (a: PlanOverrides, b: PlanOverrides) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Goes back from a change that no plan satisfies to what held before it. The change is nowhere in the history then, so that
 * neither undoing nor redoing ever comes to it again.
 */
export function refuse({ overrides, history }: Tried, refused: PlanOverrides, held: PlanOverrides): Tried {
  const past = history.past.filter((one) => !same(one, refused));
  const future = history.future.filter((one) => !same(one, refused));
  if (!same(overrides, refused)) return { overrides, history: { past, future, sliding: false } };
  const [before] = past.slice(-1);
  const [after] = future;
  return {
    overrides: held,
    history: {
      past: before !== undefined && same(before, held) ? past.slice(0, -1) : past,
      future: after !== undefined && same(after, held) ? future.slice(1) : future,
      sliding: false,
    },
  };
}
