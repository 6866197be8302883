import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { throwIfCanceled } from '../../../shared/work/work';
import type { FoundPlan } from '../plan/plan';
import { assignmentAt, prefixParts, prefixRanges, runsEach } from '../search/prefixTuples';
import { TupleMeter } from '../search/tupleMeter';
import type { StrategyContext } from './strategy';

const particleCount = 40;
const iterations = 150;
const seed = 20_240_603;
/** Chances that a coordinate moves at random, or follows the particle's own or the swarm's best. */
const wander = 0.2;
const followOwn = 0.35;
const followSwarm = 0.35;

interface Particle {
  positions: number[];
  best: number[];
  bestValue: number;
}

/**
 * Discrete particle swarm (after Jiang and Wan, IEEE Access 2021): a particle is one position per link; its coordinates
 * wander, or are taken over from its own best or the swarm's best, and are sorted again. A metaheuristic to compare with:
 * seeded, so the same input gives the same plan, and without any guarantee.
 * @throws DnnSplitError `infeasible` when it meets no plan that keeps the constraints.
 */
export function planBySwarm(context: StrategyContext): FoundPlan {
  const { costs, bounds, work } = context;
  const random = randomNumbers(seed);
  const meter = new TupleMeter(costs, costs.infrastructure.objective, 'latency');
  const ranges = prefixRanges(costs, bounds);
  const mayRun = prefixParts(costs, bounds);
  const clamp = (positions: number[]) => {
    const sorted = [...positions].sort((a, b) => a - b);
    return sorted.map((position, link) => {
      const wanted = bounds.allowedTiers[link] === 1 ? position : (sorted[link - 1] ?? 0);
      return Math.min(Math.max(wanted, ranges[link]?.from ?? 0), ranges[link]?.to ?? 0);
    });
  };
  const anywhere = (link: number) => {
    const { from, to } = ranges[link] ?? { from: 0, to: 0 };
    return from + Math.floor(random() * (to - from + 1));
  };
  const swarm = Array.from({ length: particleCount }, (): Particle => {
    const positions = clamp(costs.wires.map((_, link) => anywhere(link)));
    return { positions, best: positions, bestValue: Number.POSITIVE_INFINITY };
  });
  let best: readonly number[] | undefined;
  let bestValue = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < iterations; iteration++) {
    throwIfCanceled(work);
    for (const particle of swarm) {
      const value = runsEach(costs, particle.positions, mayRun)
        ? valueAt(meter, particle.positions)
        : Number.POSITIVE_INFINITY;
      if (value < particle.bestValue) [particle.best, particle.bestValue] = [particle.positions, value];
      if (value < bestValue) [best, bestValue] = [particle.positions, value];
    }
    for (const particle of swarm) {
      particle.positions = clamp(
        particle.positions.map((position, link) => {
          const draw = random();
          if (draw < wander) return anywhere(link);
          if (draw < wander + followOwn) return particle.best[link] ?? position;
          if (draw < wander + followOwn + followSwarm) return best?.[link] ?? position;
          return position + Math.round((random() - 0.5) * 8);
        }),
      );
    }
  }
  if (best === undefined) {
    throw new DnnSplitError('infeasible', say('strategy.swarmFoundNone', {}));
  }
  return { assignment: assignmentAt(costs.graph.nodes.length, best), evaluatedPlans: particleCount * iterations };
}

function valueAt(meter: TupleMeter, positions: readonly number[]): number {
  meter.measure(positions);
  return meter.keepsLimits ? meter.value : Number.POSITIVE_INFINITY;
}

/** Uniform numbers in [0, 1): the upper bits of a linear congruential sequence modulo 2^32. */
function randomNumbers(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 0x1_00_00_00;
  };
}
