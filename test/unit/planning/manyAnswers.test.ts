import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lowerEnvelope, type Ray, valueAt } from '../../../src/engine/planning/bandwidths/rayEnvelope';
import { planModel } from '../../../src/engine/planning/planModel';
import { cutKey, membersBelow } from '../../../src/engine/split/cuts';
import { searchCandidates, searchCuts } from '../../../src/engine/split/findCandidates';
import { tensorBytes } from '../../../src/engine/split/liveBytes';
import { smallGraphs } from './randomGraphs';
import { plainInfrastructure, type SyntheticNode, syntheticGraph } from './support';

/** A fork into many nodes, each of which makes an answer. */
function fork(count: number) {
  const nodes = Array.from({ length: count }, (_, index): SyntheticNode => {
    return { name: `n${index}`, reads: ['in0'], bytes: 4 + (index % 7), macs: 1e6, weightBytes: 0, isOutput: true };
  });
  return syntheticGraph({ in0: 4000 }, nodes);
}

describe('models with many answers', () => {
  test('no candidate contains another one with as few bytes and the same answers', () => {
    let looked = 0;
    fc.assert(
      fc.property(smallGraphs(7), (graph) => {
        const answers = Float64Array.from(graph.nodes, (node) =>
          node.writes.some((t) => graph.outputs.includes(t)) ? 4 : 0,
        );
        const bytesOf = tensorBytes(graph);
        const sized = searchCandidates(graph, bytesOf, answers).candidates.map((cut) => {
          const members = membersBelow(graph, cut);
          const made = answers.filter((bytes, node) => bytes > 0 && members[node] === 1).length;
          return { cut, members, made, bytes: cut.tensors.reduce((sum, t) => sum + (bytesOf[t] ?? 0), 0) };
        });
        for (const lower of sized) {
          for (const upper of sized) {
            if (lower === upper || lower.made !== upper.made || lower.bytes > upper.bytes) continue;
            const isInside = lower.members.every((member, node) => member === 0 || upper.members[node] === 1);
            expect(isInside, `${cutKey(lower.cut)} in ${cutKey(upper.cut)}`).toBe(false);
          }
        }
        const above = searchCuts(graph, bytesOf, answers, true).cuts.map(cutKey);
        expect(above).toEqual(sized.filter(({ made }) => made > 0).map(({ cut }) => cutKey(cut)));
        looked += sized.length;
      }),
      { numRuns: 200 },
    );
    expect(looked).toBeGreaterThan(400);
  });

  test('the best plan is found though not every cut is looked at', () => {
    const graph = fork(3000);
    const infrastructure = plainInfrastructure([{ gflops: 1 }, { gflops: 1000 }], [{ bandwidthMbps: 8, latencyMs: 0 }]);
    const { candidates } = searchCandidates(graph, tensorBytes(graph), new Float64Array(3000).fill(4));
    expect(candidates.length).toBeLessThanOrEqual(2500);
    const { certificate } = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', skipRegimes: true });
    expect(certificate.gapPercent).toBeLessThan(0.02);
  });
});

const figure = fc.integer({ min: 0, max: 12 });
const untilX = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 12 }));
const zero = fc.constant(0);
const few = { minLength: 1, maxLength: 12 };
/** Sums are lines without a floor; the slowest stage is a floor or a line through 0. */
const rays: fc.Arbitrary<Ray[]> = fc.oneof(
  fc.array(fc.record({ floor: zero, base: figure, slope: figure, untilX }), few),
  fc.array(fc.record({ floor: figure, base: zero, slope: figure, untilX }), few),
);

describe('the lower envelope of rays', () => {
  test('is the least of those that last, everywhere', () => {
    fc.assert(
      fc.property(rays, (those) => {
        const pieces = lowerEnvelope(those);
        for (let x = 0.05; x < 20; x += 0.1) {
          const values = those.filter((one) => one.untilX > x).map((one) => valueAt(one, x));
          const piece = pieces.find((one) => one.fromX <= x && x < one.untilX);
          expect(piece === undefined).toBe(values.length === 0);
          if (piece !== undefined) expect(valueAt(piece.ray, x)).toBeCloseTo(Math.min(...values), 9);
        }
      }),
      { numRuns: 300 },
    );
  });
});
