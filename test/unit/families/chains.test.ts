import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectValuesAsInRun } from '../../support/expectValuesAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel } from '../../support/onnxBuilder';
import { runModel } from '../../support/runBuilt';

const sizes = { n: 2, s: 7, h: 9 };

/** Numbers that a step chooses with, each from 0 up to a bound. */
type Choose = (below: number) => number;
/** One step on vectors of integers, `any` of those made so far; every step is valid for vectors of any length from 1 on. */
type Step = (g: GraphWriter, any: () => string, choose: Choose) => string;

const one = (g: GraphWriter, any: () => string): string => g.op('ReduceMax', [any()], { axes: [0], keepdims: 1 });
const within = (g: GraphWriter, vector: string, least: number, most: number): string =>
  g.op('Min', [g.op('Max', [vector, g.ints([least])]), g.ints([most])]);

const steps: readonly Step[] = [
  (g, any, choose) => g.op('Gather', [any(), g.ints([choose(2) - 1, 0])], { axis: 0 }),
  (g, any, choose) =>
    g.op('Slice', [any(), g.ints([[0, -1, -2][choose(3)] ?? 0]), g.ints([2 ** 31 - 1]), g.ints([0]), g.ints([1])]),
  (g, any) => g.op('Slice', [any(), g.ints([-1]), g.ints([-(2 ** 31)]), g.ints([0]), g.ints([-1])]),
  (g, any, choose) => g.op('Concat', choose(2) === 0 ? [any(), any()] : [any(), g.ints([choose(5)])], { axis: 0 }),
  (g, any, choose) => g.op('Unsqueeze', [g.op('ReduceSum', [any()], { keepdims: 0 }), g.ints([choose(2) - 1])]),
  (g, any) => g.op('ReduceProd', [any()], { axes: [-1], keepdims: 1 }),
  (g, any, choose) => g.op(['Add', 'Sub', 'Mul'][choose(3)] ?? '', [any(), one(g, any)]),
  (g, any, choose) => g.op(['Min', 'Max'][choose(2)] ?? '', [any(), one(g, any)]),
  (g, any, choose) => g.op('Div', [any(), g.ints([[2, 3, -2][choose(3)] ?? 2])]),
  (g, any, choose) => g.op('Mod', [any(), g.ints([2 + choose(3)])], { fmod: choose(2) }),
  (g, any, choose) => {
    const scaled = g.op('Mul', [g.op('Cast', [any()], { to: 1 }), g.floats([[0.5, 1.5, 0.3][choose(3)] ?? 1])]);
    return g.op('Cast', [g.op(['Floor', 'Ceil', 'Round', 'Identity'][choose(4)] ?? '', [scaled])], { to: 7 });
  },
  (g, any, choose) => {
    const test = g.op(['Equal', 'Greater', 'LessOrEqual'][choose(3)] ?? '', [any(), g.ints([choose(4) - 1])]);
    return g.op('Where', [test, g.ints([choose(5)]), one(g, any)]);
  },
  (g, any) => g.op('CumSum', [any(), g.ints(0)]),
  (g, any, choose) => g.op('Neg', [g.op(['Abs', 'Sign', 'Identity'][choose(3)] ?? '', [any()])]),
  (g, any, choose) => g.op('Reshape', [g.op('Expand', [one(g, any), g.ints([1 + choose(3), 1])]), g.ints([-1])]),
  (g, any, choose) => g.op('Pad', [any(), g.ints([choose(2), choose(2)]), g.ints(choose(4))]),
  (g, any, choose) => g.op('ScatterElements', [any(), g.ints([-choose(2)]), g.ints([choose(6)])]),
  (g, any) => g.op('Shape', [g.op('ConstantOfShape', [within(g, one(g, any), 0, 5)])]),
  (g, any) => {
    const limit = g.op('Squeeze', [within(g, one(g, any), 1, 9), g.ints([0])]);
    return g.op('Range', [g.ints(0), limit, g.ints(2)]);
  },
];

/** What shapes are computed for: a tensor that is cut, repeated, enlarged or folded as they say. */
const uses: readonly Step[] = [
  (g, any) => g.op('Tile', ['x', g.op('Concat', [g.ints([1, 2]), within(g, one(g, any), 0, 3)], { axis: 0 })]),
  (g, any, choose) => g.op('Slice', ['x', one(g, any), one(g, any), g.ints([choose(2)]), g.ints([1])]),
  (g, any) => g.op('Slice', ['x', g.ints([-1]), one(g, any), g.ints([1]), g.ints([-1])]),
  (g, any) => g.op('Expand', ['x', g.op('Concat', [within(g, one(g, any), 1, 4), g.ints([1, 1, 1])], { axis: 0 })]),
  (g, any) =>
    g.op('Resize', [
      'x',
      '',
      '',
      g.op('Concat', [g.op('Shape', ['x'], { end: 2 }), within(g, one(g, any), 1, 8)], { axis: 0 }),
    ]),
  (g, any) => {
    const pads = g.op('Concat', [g.ints([0, 0]), within(g, one(g, any), 0, 3), g.ints([0, 1, 0])], { axis: 0 });
    return g.op('Pad', ['x', pads]);
  },
  (g) => g.op('Reshape', ['x', g.op('Concat', [g.op('Shape', ['x'], { end: 1 }), g.ints([-1])], { axis: 0 })]),
];

/** All integers of the chain and what is made with them are outputs; reals are compared where they become integers. */
function chain(choices: readonly number[]): BuiltModel {
  const g = new GraphWriter();
  g.input('x', 'float32', ['n', 's', 4]);
  g.input('y', 'float32', ['h', 'n']);
  const made = [g.op('Shape', ['x']), g.op('Shape', ['y']), g.op('Shape', ['x'], { start: -2 })];
  let at = 0;
  const choose: Choose = (below) => (choices[at++ % choices.length] ?? 0) % below;
  const any = (): string => made[made.length - 1 - choose(Math.min(made.length, 4))] ?? '';
  while (at < choices.length) {
    const step = steps[choose(steps.length)];
    if (step !== undefined) made.push(step(g, any, choose));
  }
  const used = uses.map((use) => use(g, any, choose));
  const model = g.model(17);
  const { tensors } = inferBuilt(model);
  const isCompared = (name: string): boolean => used.includes(name) || tensors.get(name)?.dtype !== 'float32';
  return { ...model, outputs: model.outputs?.filter(isCompared) ?? [] };
}

it('shapes and elements of computed shapes are those of a run, bound before or after', async () => {
  let [compared, settled] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 12, maxLength: 40 }), async (choices) => {
      const model = chain(choices);
      await expectValuesAsInRun(model, sizes, []);
      const [bound, open] = [inferBuilt(model, sizes), inferBuilt(model)];
      for (const [name, expected] of await runModel(model, sizes)) {
        expect(inferredResult(bound, name), name).toEqual(expected);
        const symbolic = inferredResult(open, name, sizes);
        compared++;
        if (symbolic.shape?.some((size) => typeof size === 'string')) continue;
        settled++;
        expect(symbolic, `${name}, symbolic`).toEqual(expected);
      }
      expect(bound.diagnostics).toEqual([]);
      expect(open.diagnostics.filter(({ severity }) => severity !== 'information')).toEqual([]);
    }),
    { numRuns: 60, seed: 27 },
  );
  expect(compared).toBeGreaterThan(1500);
  expect(settled / compared).toBeGreaterThan(0.9);
}, 60_000);
