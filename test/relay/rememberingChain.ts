import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltModel, buildModel } from '../support/onnxBuilder';
import { exportAt } from './splitChain';

/** Numbers for the symbols of the models that remember; those of lengths are others in every step. */
export const stepDimensions = {
  batch: 1,
  sequence: 1,
  past: 5,
  total: 6,
  'past + sequence': 6,
  past_decoder: 5,
  past_encoder: 7,
  frames: 4,
};

/** A built model in a file of its own. */
export function builtFile(model: BuiltModel) {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-remembers-'));
  const modelPath = join(folder, 'remembers.onnx');
  writeFileSync(modelPath, buildModel(model));
  const symbols = new Set(
    Object.values(model.tensors).flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string')),
  );
  const dimensions = Object.fromEntries(Object.entries(stepDimensions).filter(([symbol]) => symbols.has(symbol)));
  return { modelPath, dimensions, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Its parts with cuts at these places of the order, from 0 to 1. */
export function exportBuilt(model: BuiltModel, places: readonly number[]) {
  const built = builtFile(model);
  const split = exportAt(built.modelPath, places, { dimensions: built.dimensions });
  const remove = () => {
    split.remove();
    built.remove();
  };
  return { ...split, remove };
}
