import { basename, dirname, join } from 'node:path';

/** Where the plan of a model is written unless someone says otherwise: beside it, as `<model>.splitplan.json`. */
export function planPathFor(modelPath: string): string {
  return join(dirname(modelPath), `${basename(modelPath, '.onnx')}.splitplan.json`);
}
