import type { LinkStateReport, SessionReport, StateReport } from '../../shared/reports/stateReports';
import type { TensorReport } from '../../shared/reports/tensorReports';
import type { CostTables } from '../planning/costs/costTables';
import { sessionFigures, tierStates } from '../planning/findings/sessionFigures';
import type { LinkLoad, Plan } from '../planning/plan/plan';
import type { SplitGraph } from '../split/splitGraph';
import { dataTensorReport } from './tensorReport';

/** What a model remembers from call to call, where it does. */
export function stateReports({ state, tensors, nodes }: SplitGraph): { readonly state?: readonly StateReport[] } {
  if (state === undefined) return {};
  return {
    state: state.flatMap(({ input, output, maker, readers, growsAlong }): StateReport[] => {
      const [before, after] = [tensors[input], tensors[output]];
      if (before === undefined || after === undefined) return [];
      const { name, ...made } = dataTensorReport(after);
      const reader = nodes[readers[0] ?? -1];
      return [
        {
          ...{ input: before.name, output: name, ...made },
          ...(growsAlong !== undefined && { growsAlong }),
          madeBy: nodes[maker]?.label ?? '',
          ...(reader && { readBy: reader.label }),
        },
      ];
    }),
  };
}

/** How the session of a plan goes, where it is one of a session. */
export function sessionReport(costs: CostTables, plan: Plan): { readonly session?: SessionReport } {
  const figures = sessionFigures(costs, plan);
  if (figures === undefined) return {};
  const { tokensPerSecond } = figures;
  return { session: { ...figures, tokensPerSecond: Number.isFinite(tokensPerSecond) ? tokensPerSecond : null } };
}

/** Per tier what its state takes; nothing for the others. */
export function tierStateReports(
  costs: CostTables,
  plan: Pick<Plan, 'evaluation'>,
): ReadonlyMap<number, { readonly stateBytes: number; readonly sessionsThatFit?: number }> {
  return new Map(
    tierStates(costs, plan).map(({ tier, stateBytes, sessions }) => [
      tier,
      { stateBytes, ...(sessions !== undefined && { sessionsThatFit: sessions }) },
    ]),
  );
}

/** State that travels over a link. */
export function linkStateReport(
  { graph }: CostTables,
  { state }: Pick<LinkLoad, 'state'>,
): { readonly state?: LinkStateReport } {
  if (state === undefined) return {};
  const reports = (indices: readonly number[]) =>
    indices.flatMap((index): TensorReport[] => {
      const tensor = graph.tensors[index];
      return tensor === undefined ? [] : [dataTensorReport(tensor)];
    });
  return { state: { ...state, up: reports(state.up), down: reports(state.down) } };
}
