import type { Dim } from '../algebra/dim';
import { joinFacts, sameFact, withoutElements } from '../core/joinFacts';
import { type TensorFact, unknownFact } from '../facts/fact';
import type { RuleContext } from '../facts/rule';

/** A state that changes its shape in every round is generalized after this many. */
const maximumRounds = 4;

/** What is certain of the states of a loop before every trip. */
interface Settled {
  readonly states: readonly TensorFact[];
  /** Results of the body for these states. */
  readonly results: readonly TensorFact[];
  /** True when a trip leaves the facts of all states as they were at the start. */
  readonly steady: boolean;
}

/** Widens the facts of states until `run` no longer changes them. */
export function settleStates(
  initial: readonly TensorFact[],
  context: RuleContext,
  run: (states: readonly TensorFact[]) => readonly TensorFact[],
  /** Trips that the loop makes, where they are known. */
  trips?: Dim,
): Settled {
  let states = initial;
  for (let round = 1; ; round++) {
    const results = run(states);
    const widened = states.map((state, index) =>
      joinFacts(state, results[index] ?? unknownFact, (place, ...dims) =>
        context.undecided(`state${index}.${place}`, [typeof trips === 'number' ? undefined : trips, ...dims]),
      ),
    );
    if (widened.every((state, index) => sameFact(state, states[index] ?? unknownFact))) {
      return { states, results, steady: round === 1 };
    }
    if (round === maximumRounds) {
      const general = widened.map((state) => generalized(state));
      return { states: general, results: run(general), steady: false };
    }
    states = widened.map((state) => withoutElements(state));
  }
}

function generalized(state: TensorFact): TensorFact {
  return { kind: state.kind, dtype: state.dtype, shape: undefined, constant: state.constant };
}
