import { describe, expect, test } from 'vitest';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { sharedModels, sharedNote } from '../../support/shared';
import { compareTensors, readFile, shapeOracle, withoutStatedTypes } from './compareWithOracle';

/**
 * Tensors that only a run can size: what follows NonZero, NonMaxSuppression and TopK in a detection head. The oracle
 * holds the sizes of one run with all-zero weights.
 */
const sizedByTheRun: Readonly<Record<string, number>> = { tv_ssdlite320_mobilenet_v3_large_ts17: 925 };

const models = sharedModels();

describe(`every tensor of the shared models${sharedNote}`, () => {
  test.each(models)('$name has the types and shapes of the oracle', ({ name, path }) => {
    const oracle = shapeOracle(name);
    const model = readFile(path);
    const inferred = inferModel(model, oracle.dims_bound);
    const { matched, mismatched, unknown } = compareTensors(inferred, oracle);
    expect(mismatched).toEqual([]);
    expect(unknown.filter((tensor) => tensor.cause === undefined)).toEqual([]);
    expect(unknown.length).toBe(sizedByTheRun[name] ?? 0);
    expect(matched).toBeGreaterThan(0);
    expect(inferred.diagnostics.filter((each) => each.severity !== 'information')).toEqual([]);

    // The same without any type that the file states beyond those of its inputs.
    const alone = compareTensors(inferModel(withoutStatedTypes(model), oracle.dims_bound), oracle);
    expect(alone.mismatched).toEqual([]);
    expect(alone.unknown.length).toBe(unknown.length);
  });
});
