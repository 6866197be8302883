import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitTimes,
  leaveOneModelOut,
  predictedSeconds,
  type TimedWork,
  withinFactorOf,
} from '../../../src/engine/calibration/fitTimes';
import { solveLeastSquares } from '../../../src/engine/calibration/leastSquares';

describe('least squares with bounds', () => {
  it('meet the conditions of the minimum on random problems', () => {
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    const problem = fc.record({
      rows: fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 8 }),
      targets: fc.array(number, { minLength: 8, maxLength: 8 }),
      least: fc.array(fc.constantFrom(0, 0.1, -1), { minLength: 3, maxLength: 3 }),
      prior: fc.array(number, { minLength: 3, maxLength: 3 }),
      ridge: fc.constantFrom(0.05, 1),
    });
    fc.assert(
      fc.property(problem, (given) => {
        const x = solveLeastSquares(given);
        const residuals = given.rows.map((row, i) =>
          row.reduce((sum, a, j) => sum + a * (x[j] ?? 0), -(given.targets[i] ?? 0)),
        );
        for (const [j, value] of x.entries()) {
          const slope =
            given.rows.reduce((sum, row, i) => sum + (row[j] ?? 0) * (residuals[i] ?? 0), 0) +
            given.ridge * (value - (given.prior[j] ?? 0));
          expect(value).toBeGreaterThanOrEqual(given.least[j] ?? 0);
          // Downhill only where the bound forbids it.
          if (value > (given.least[j] ?? 0) + 1e-9) expect(Math.abs(slope)).toBeLessThan(1e-6);
          else expect(slope).toBeGreaterThan(-1e-6);
        }
      }),
    );
  });
});

/** Kernels of made-up models on a device whose rates are known. */
function kernelsOf(models: number, noise: (index: number) => number = () => 1): TimedWork[] {
  let state = 7;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: models * 30 }, (_, index) => {
    const kind = (['dense', 'pointwise', 'depthwise'] as const)[index % 3] ?? 'dense';
    const macs = 1e6 * 10 ** (3 * next());
    const trafficBytes = 1e5 * 10 ** (3 * next());
    const rate = { dense: 40, pointwise: 20, depthwise: 4 }[kind];
    const seconds = (2 * macs) / (rate * 1e9) + trafficBytes / 8e9 + 30e-6;
    const model = `model ${index % models}`;
    return { model, seconds: seconds * noise(index), macs: { [kind]: macs }, trafficBytes, kernels: 1 };
  });
}

describe('the fit of times', () => {
  it('finds the rates that made them', () => {
    const { rates, memoryGBps, kernelOverheadUs } = fitTimes(kernelsOf(5), { trust: 0 });
    expect(rates.dense).toBeCloseTo(40, 4);
    expect(rates.pointwise).toBeCloseTo(20, 4);
    expect(rates.depthwise).toBeCloseTo(4, 4);
    expect(memoryGBps).toBeCloseTo(8, 4);
    expect(kernelOverheadUs).toBeCloseTo(30, 3);
  });

  it('finds the bandwidth of weights where they are read at one of their own, within what memory can do', () => {
    const samples = kernelsOf(5).map((one, index) => {
      const weightBytes = one.trafficBytes * (((index * 7) % 10) / 10);
      return { ...one, weightBytes, seconds: one.seconds - weightBytes / 8e9 + weightBytes / 24e9 };
    });
    const found = fitTimes(samples, { trust: 0, weightsApart: true });
    expect(found.memoryGBps).toBeCloseTo(8, 3);
    expect(found.weightGBps).toBeCloseTo(24, 2);
    expect(found.rates.dense).toBeCloseTo(40, 3);
    for (const one of samples.slice(0, 5)) expect(predictedSeconds(one, found) / one.seconds).toBeCloseTo(1, 5);
    expect(fitTimes(samples, { trust: 0, weightsApart: true, peakGBps: 12 }).weightGBps).toBeLessThanOrEqual(12.001);
    expect(fitTimes(samples, { trust: 0 })).not.toHaveProperty('weightGBps');
  });

  it('gives kinds of work that nobody measured the rate of the most similar one', () => {
    const { rates } = fitTimes(
      kernelsOf(5).filter(({ macs }) => macs.depthwise === undefined),
      { trust: 0 },
    );
    expect(rates.matmul).toBeCloseTo(20, 4);
    expect(rates.thinMatmul).toBe(rates.matmul);
    expect(rates.depthwise).toBeCloseTo(40 / 10, 4);
  });

  it('is not faster than the peak', () => {
    const { rates } = fitTimes(kernelsOf(5), { trust: 0, peakGflops: 25 });
    expect(rates.dense).toBeLessThanOrEqual(25 * (1 + 1e-9));
  });

  it('states an error that new models keep to nine times in ten', () => {
    // Each model runs 0.8 to 1.25 times as long as its kernels say, which no rates can explain.
    const factors = Array.from({ length: 40 }, (_, index) => Math.exp(0.22 * Math.sin(index * 2.4)));
    const samples = kernelsOf(40, (index) => factors[index % 40] ?? 1);
    const leftOut = leaveOneModelOut(samples.filter(({ model }) => Number(model.slice(6)) < 20));
    const factor = withinFactorOf(leftOut);
    const fitted = fitTimes(samples.filter(({ model }) => Number(model.slice(6)) < 20));
    const ratios = Array.from({ length: 20 }, (_, index) => {
      const own = samples.filter(({ model }) => model === `model ${index + 20}`);
      const sum = (of: (one: TimedWork) => number) => own.reduce((total, one) => total + of(one), 0);
      return sum((one) => predictedSeconds(one, fitted)) / sum(({ seconds }) => seconds);
    });
    const inside = ratios.filter((ratio) => Math.abs(Math.log(ratio)) <= Math.log(factor)).length;
    expect(factor).toBeLessThan(1.5);
    expect(inside).toBeGreaterThanOrEqual(17);
  });

  it('widens what it states where it rests on few models', () => {
    const of = (models: number) =>
      withinFactorOf(
        Array.from({ length: models }, (_, index) => ({ model: `${index}`, ratio: index % 2 === 0 ? 1.2 : 1 / 1.2 })),
      );
    // Student's 95 % quantiles: 2.015 with 5 degrees of freedom, 1.725 with 20.
    expect(of(5)).toBeCloseTo(Math.exp(2.015 * Math.log(1.2)), 2);
    expect(of(20)).toBeCloseTo(Math.exp(1.725 * Math.log(1.2)), 2);
  });
});
