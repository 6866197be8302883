import { type RateClass, type Rates, rateClasses } from '../../shared/vocabulary/rateClasses';
import { solveLeastSquares } from './leastSquares';

/** A measured time, of a kernel or of a whole model, and the work that took it. */
export interface TimedWork {
  readonly model: string;
  readonly seconds: number;
  /** By kind of work. */
  readonly macs: Rates;
  readonly trafficBytes: number;
  /** What of the traffic are weights. */
  readonly weightBytes?: number;
  readonly kernels: number;
}

/** What a device needs for its work: `docs/theory.md` section 4. */
export interface FittedRates {
  readonly rates: Rates;
  readonly memoryGBps: number;
  /** Where weights were fitted a bandwidth of their own. */
  readonly weightGBps?: number;
  readonly kernelOverheadUs: number;
}

export interface FitOptions {
  /** What share of the time each column is expected to take, by class, `traffic`, `weights` and `kernels`; evenly where absent. */
  readonly shares?: Readonly<Record<string, number>>;
  /** How much the expected shares count, relative to the samples. */
  readonly trust?: number;
  /** No kind of work is taken to run faster than this. */
  readonly peakGflops?: number;
  /** No weights are taken to be read faster than this. */
  readonly peakGBps?: number;
  /** Fits weights, which come from memory in one stream, apart from what layers hand on, which is copied and often cached. */
  readonly weightsApart?: boolean;
}

/** One predicted over one measured time of a model that the fit did not see. */
export interface LeftOut {
  readonly model: string;
  readonly ratio: number;
}

type Column = RateClass | 'traffic' | 'weights' | 'kernels';

const defaultTrust = 0.1;

/**
 * Rates, bandwidth and overhead that predict measured times: least squares of relative errors, so that every model counts
 * alike and a small layer a little, none below zero. Kinds of work that no sample has get the rate of the most similar one.
 */
export function fitTimes(all: readonly TimedWork[], options: FitOptions = {}): FittedRates {
  // What took no time of its own ran within another kernel: a row that is met by no rate at all.
  const samples = all.filter(({ seconds }) => seconds > 0);
  const columns = columnsOf(samples, options.weightsApart ?? false);
  const scaled = scaledProblem(samples, columns);
  const even = 1 / columns.length;
  const shares = solveLeastSquares({
    rows: scaled.rows,
    targets: scaled.targets,
    prior: columns.map((column) => options.shares?.[column] ?? even),
    least: columns.map((column, j) => leastShare(column, scaled.scales[j] ?? 0, options)),
    ridge: (options.trust ?? defaultTrust) * scaled.weight,
  });
  const perUnit = new Map(columns.map((column, j) => [column, (shares[j] ?? 0) / (scaled.scales[j] ?? 1)]));
  const rates = recordRates(columns, (name) => 1e-9 / (perUnit.get(name) ?? 0));
  return {
    rates: completed(rates),
    memoryGBps: 1e-9 / (perUnit.get('traffic') ?? 0),
    ...(options.weightsApart === true && { weightGBps: 1e-9 / (perUnit.get('weights') ?? 0) }),
    kernelOverheadUs: (perUnit.get('kernels') ?? 0) * 1e6,
  };
}

/** Seconds that fitted rates predict. */
export function predictedSeconds(work: Omit<TimedWork, 'seconds' | 'model'>, fitted: FittedRates): number {
  const compute = rateClasses.reduce((sum, name) => {
    const macs = work.macs[name] ?? 0;
    return macs === 0 ? sum : sum + (2e-9 * macs) / (fitted.rates[name] ?? Number.POSITIVE_INFINITY);
  }, 0);
  const weightBytes = fitted.weightGBps === undefined ? 0 : (work.weightBytes ?? 0);
  const read = fitted.weightGBps === undefined ? 0 : (weightBytes * 1e-9) / fitted.weightGBps;
  const moved = ((work.trafficBytes - weightBytes) * 1e-9) / fitted.memoryGBps;
  return compute + read + moved + work.kernels * fitted.kernelOverheadUs * 1e-6;
}

/** Each model predicted by the fit of the others: the error that a fit states. */
export function leaveOneModelOut(samples: readonly TimedWork[], options: FitOptions = {}): LeftOut[] {
  return [...new Set(samples.map(({ model }) => model))].map((model) => {
    const own = samples.filter((sample) => sample.model === model);
    const fitted = fitTimes(
      samples.filter((sample) => sample.model !== model),
      options,
    );
    const predicted = own.reduce((sum, sample) => sum + predictedSeconds(sample, fitted), 0);
    return { model, ratio: predicted / own.reduce((sum, { seconds }) => sum + seconds, 0) };
  });
}

/**
 * The factor within which nine of ten left-out times lie: 1.645 deviations of the logarithm, wider for few models, whose
 * spread is known less well (the quantile of Student's distribution).
 */
export function withinFactorOf(leftOut: readonly LeftOut[]): number {
  const n = leftOut.length;
  const square = leftOut.reduce((sum, { ratio }) => sum + Math.log(ratio) ** 2, 0) / n;
  return Math.exp(studentQuantile(n) * Math.sqrt(square));
}

/** The 95 % quantile of Student's t with n degrees of freedom (Cornish and Fisher's expansion; 1 % off at n = 3). */
function studentQuantile(n: number): number {
  const z = 1.6449;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / n + g2 / n ** 2 + g3 / n ** 3;
}

/** Moving data takes a part of every time, also where a fit sees no difference that it makes. */
const leastTrafficShare = 0.02;
const leastWeightShare = 0.005;

function columnsOf(samples: readonly TimedWork[], weightsApart: boolean): Column[] {
  const used = rateClasses.filter((name) => samples.some(({ macs }) => (macs[name] ?? 0) > 0));
  return [...used, 'traffic', ...(weightsApart ? (['weights'] as const) : []), 'kernels'];
}

/** Columns in the unit of their mean share of the time, rows weighted: every model weighs one. */
function scaledProblem(samples: readonly TimedWork[], columns: readonly Column[]) {
  const amount = amountOf(columns.includes('weights'));
  const totals = new Map<string, number>();
  for (const { model, seconds } of samples) totals.set(model, (totals.get(model) ?? 0) + seconds);
  const total = [...totals.values()].length;
  const scales = columns.map((column) => {
    return samples.reduce((sum, one) => sum + amount(one, column) / (totals.get(one.model) ?? 1), 0) / total || 1;
  });
  const root = samples.map(({ model, seconds }) => Math.sqrt(1 / (Math.max(seconds, 1e-6) * (totals.get(model) ?? 1))));
  const rows = samples.map((one, i) =>
    columns.map((column, j) => (amount(one, column) / (scales[j] ?? 1)) * (root[i] ?? 0)),
  );
  return { rows, targets: samples.map(({ seconds }, i) => seconds * (root[i] ?? 0)), scales, weight: total };
}

/** FLOP, bytes or kernels of a sample. */
function amountOf(weightsApart: boolean) {
  return ({ macs, trafficBytes, weightBytes = 0, kernels }: TimedWork, column: Column): number => {
    if (column === 'traffic') return weightsApart ? trafficBytes - weightBytes : trafficBytes;
    if (column === 'weights') return weightBytes;
    return column === 'kernels' ? kernels : 2 * (macs[column] ?? 0);
  };
}

function leastShare(column: Column, scale: number, { peakGflops, peakGBps }: FitOptions): number {
  if (column === 'traffic') return leastTrafficShare;
  if (column === 'weights') return Math.max(leastWeightShare, peakGBps === undefined ? 0 : (scale * 1e-9) / peakGBps);
  if (column === 'kernels' || peakGflops === undefined) return 0;
  return (scale * 1e-9) / peakGflops;
}

function recordRates(columns: readonly Column[], rateOf: (name: RateClass) => number): Rates {
  const named = rateClasses.filter((name) => columns.includes(name));
  const known = named.map((name) => [name, rateOf(name)] as const).filter(([, rate]) => Number.isFinite(rate));
  return Object.fromEntries(known) as Rates;
}

/** How many times a depthwise operation is taken to cost a dense one where nothing says so: 5 to 20 in measurements. */
const depthwiseCost = 10;

function completed(rates: Rates): Rates {
  const pointwise = rates.pointwise ?? rates.matmul ?? rates.dense ?? rates.winograd;
  const matmul = rates.matmul ?? pointwise;
  const dense = rates.dense ?? rates.winograd ?? pointwise;
  const depthwise = rates.depthwise ?? (dense === undefined ? undefined : dense / depthwiseCost);
  const attention = rates.attention ?? matmul;
  const winograd = rates.winograd ?? dense;
  const all = {
    ...rates,
    dense,
    winograd,
    pointwise,
    depthwise,
    matmul,
    thinMatmul: rates.thinMatmul ?? matmul,
    attention,
  };
  const recurrent = rates.recurrent ?? matmul;
  return Object.fromEntries(Object.entries({ ...all, recurrent }).filter(([, rate]) => rate !== undefined)) as Rates;
}
