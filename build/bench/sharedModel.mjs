import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPacked, unpackedPath } from '../../test/support/packedFiles.mjs';
import { root } from './loadProduct.mjs';

/**
 * Path of a model of the repository, or of one that lies beside the checkout; says so where it does not.
 * @param {{ say: (line: string) => void }} bench @param {string} name @returns {string | undefined}
 */
export function sharedModel({ say }, name) {
  if (isPacked(`${name}.onnx`)) return unpackedPath(`${name}.onnx`);
  const path = join(resolve(root, '../shared/models/graphs'), `${name}.onnx`);
  if (existsSync(path)) return path;
  say(`  ${name}: left out, the shared models are not beside this checkout`);
  return undefined;
}
