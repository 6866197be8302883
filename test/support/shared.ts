import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isPacked, packedNames, unpackedPath, unpackedText } from './packedFiles.mjs';

/**
 * Models with oracles that did not come from this project. Most lie in the repository; the larger ones are in a folder
 * beside the checkout on some machines.
 */
const beside = resolve(import.meta.dirname, '../../../shared');

/** Where the larger shared files are, or nothing on machines without them. */
export const sharedFolder: string | undefined = existsSync(join(beside, 'models')) ? beside : undefined;

/** For the titles of tests over all shared models. */
export const sharedNote: string =
  sharedFolder === undefined ? ' (those of the repository; the larger ones are not beside this checkout)' : '';

export interface SharedModel {
  readonly name: string;
  /** Path of the file; a packed one is unpacked when this is first asked for. */
  readonly path: string;
}

/** Models that the repository has uncompressed, under the names of their oracles. */
const plainFiles: ReadonlyMap<string, string> = new Map([
  ['keras_ResNet152', 'workspace/resnet152.onnx'],
  ['keras_MobileNetV2', 'workspace/mobilenetv2.onnx'],
  ['s_resnet_op21', 'workspace/tiny-resnet.onnx'],
  ...onnxFilesIn(resolve(import.meta.dirname, '../fixtures/models')).map(({ name }): [string, string] => [
    name,
    `fixtures/models/${name}.onnx`,
  ]),
]);

/** Every model that has an oracle, by name: those of the repository first, then those beside the checkout. */
export function sharedModels(): SharedModel[] {
  const plain = [...plainFiles].map(([name, file]) => ({ name, path: resolve(import.meta.dirname, '..', file) }));
  const packed = packedNames('.onnx').map((name) => ({
    name,
    get path() {
      return unpackedPath(`${name}.onnx`);
    },
  }));
  const ours = [...plain, ...packed].filter(({ name }) => isPacked(`${name}.json`));
  const names = new Set(ours.map(({ name }) => name));
  const others = ['graphs', 'small'].flatMap((kind) =>
    sharedFolder === undefined ? [] : onnxFilesIn(join(sharedFolder, 'models', kind)),
  );
  return [...ours, ...others.filter(({ name }) => !names.has(name))];
}

/** The oracle of a shared model: shapes and counts (`shapes`) or cuts and tiers (`cuts`). */
export function sharedOracle(name: string, kind: 'shapes' | 'cuts'): unknown {
  const file = kind === 'shapes' ? `${name}.json` : `${name}.cuts.json`;
  return JSON.parse(isPacked(file) ? unpackedText(file) : readFileSync(join(beside, 'models/oracle', file), 'utf8'));
}

function onnxFilesIn(folder: string): SharedModel[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.onnx'))
    .map((file) => ({ name: basename(file, '.onnx'), path: join(folder, file) }));
}
