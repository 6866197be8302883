import { slidConditions } from '../../src/shared/protocol/overrides';
import type { PlanOverrides } from '../../src/shared/protocol/requests';

/** What was tried out before, and what was taken back. */
export interface History {
  readonly past: readonly PlanOverrides[];
  readonly future: readonly PlanOverrides[];
  /** The slider that made the last change, so that its next move continues it. */
  readonly slider: string | null;
}

interface Tried {
  readonly overrides: PlanOverrides;
  readonly history: History;
}

export const emptyHistory: History = { past: [], future: [], slider: null };

/** Steps that can be taken back. */
const longest = 100;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The one slider whose value is all that differs. */
function movedSlider(before: PlanOverrides, after: PlanOverrides): string | null {
  const { bandwidthMbps: _b, latencyMs: _l, tierSpeed: _s, ...others } = before;
  const { bandwidthMbps: _bandwidths, latencyMs: _latencies, tierSpeed: _speeds, ...now } = after;
  if (!same(others, now)) return null;
  const moved = slidConditions.flatMap((condition) => {
    const [from, to] = [before[condition] ?? [], after[condition] ?? []];
    const longer = from.length > to.length ? from : to;
    return [...longer.keys()].flatMap((at) => ((from[at] ?? null) === (to[at] ?? null) ? [] : [`${condition} ${at}`]));
  });
  return moved.length === 1 ? (moved[0] ?? null) : null;
}

/** Other overrides; the moves of a slider in a row count as one step. */
export function change({ overrides: before, history }: Tried, overrides: PlanOverrides): Tried {
  if (same(before, overrides)) return { overrides, history };
  const slider = movedSlider(before, overrides);
  const isOn = slider !== null && slider === history.slider;
  const past = isOn ? history.past : [...history.past, before].slice(-longest);
  return { overrides, history: { past, future: [], slider } };
}

/** Takes the last change back. */
export function undo({ overrides, history: { past, future } }: Tried): Tried {
  const before = past.at(-1);
  if (before === undefined) return { overrides, history: { past, future, slider: null } };
  return { overrides: before, history: { past: past.slice(0, -1), future: [overrides, ...future], slider: null } };
}

/** Makes the change again that was taken back last. */
export function redo({ overrides, history: { past, future } }: Tried): Tried {
  const [next, ...later] = future;
  if (next === undefined) return { overrides, history: { past, future, slider: null } };
  return { overrides: next, history: { past: [...past, overrides], future: later, slider: null } };
}

/**
 * Goes back from a change that no plan satisfies to what held before it. The change is nowhere in the history then, so that
 * neither undoing nor redoing ever comes to it again.
 */
export function refuse({ overrides, history }: Tried, refused: PlanOverrides, held: PlanOverrides): Tried {
  const past = history.past.filter((one) => !same(one, refused));
  const future = history.future.filter((one) => !same(one, refused));
  if (!same(overrides, refused)) return { overrides, history: { past, future, slider: null } };
  const [before] = past.slice(-1);
  const [after] = future;
  return {
    overrides: held,
    history: {
      past: before !== undefined && same(before, held) ? past.slice(0, -1) : past,
      future: after !== undefined && same(after, held) ? future.slice(1) : future,
      slider: null,
    },
  };
}
