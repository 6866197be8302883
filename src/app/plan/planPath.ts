import { basename, dirname, join } from 'node:path';
import { deploymentsFolder } from '../../shared/vocabulary/targets';

/** Where the plan of a model is written unless someone says otherwise: beside it, as `<model>.splitplan.json`. */
export function planPathFor(modelPath: string): string {
  return join(dirname(modelPath), `${basename(modelPath, '.onnx')}.splitplan.json`);
}

/**
 * Where what is deployed of a plan goes unless someone says otherwise, with a folder per target: a folder of the plan's name
 * in one that all plans beside it share.
 */
export function deploymentsPathFor(planPath: string): string {
  const name = basename(planPath).replace(/(\.splitplan)?\.json$/i, '') || 'plan';
  return join(dirname(planPath), deploymentsFolder, name);
}
