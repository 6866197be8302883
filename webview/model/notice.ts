import type { PlanOverrides } from '../../src/shared/protocol/requests';
import type { PlanReport } from '../../src/shared/reports/reports';
import type { ErrorData } from '../../src/shared/work/errors';
import { withPin } from './overrides';

/** A sentence beside the graph, where the thing happened that it is about, with what can be done about it. */
export type Notice =
  | { readonly kind: 'told'; readonly sentence: string }
  /** A change that no plan satisfies. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly waysOut: readonly WayOut[] }
  /** A cut of which the link is not said yet. */
  | { readonly kind: 'whichLink'; readonly position: number; readonly place: string };

/** A pin that is in the way, and the change without it. */
export interface WayOut {
  readonly label: string;
  readonly overrides: PlanOverrides;
}

/** What to tell of a change that was refused; pins of configuration files cannot be dropped here. */
export function noticeOf({ message, place }: ErrorData, refused: PlanOverrides, plan: PlanReport | null): Notice {
  const inTheWay = [...new Set(place?.pins)].filter((id) => refused.pin !== undefined && id in refused.pin);
  const waysOut = inTheWay.map((id) => ({
    label: plan?.pins?.find(({ nodeId }) => nodeId === id)?.label ?? id,
    overrides: withPin(refused, id, null),
  }));
  return { kind: 'refused', sentence: message, waysOut };
}
