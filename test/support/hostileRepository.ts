import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel } from './onnxBuilder';

/** A name that acts wherever it is not escaped; without slashes, so that files may have it. */
export const hostileName = [
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '$(alert) ![picture](owned.png) [click](command:owned) <img src=owned> `code` **bold** www.owned.example',
  '# heading',
  '- : #"\'{}[],&*!|>%@',
  `$(touch owned) $${'{OWNED}'} \`touch owned\`; touch owned`,
  '\u2028\u2029\u0085\u202eesrever\u2066\u200b\ufeff',
].join('\n');

/** Addresses that nobody may ask. */
export const hostileAddress = ' ![x](http://127.0.0.1:9/owned.png) https://owned.example/ ';

export interface HostileRepository {
  readonly folder: string;
  readonly path: (name: string) => string;
  /** True once anything of the repository has run. */
  readonly hasRun: () => boolean;
  readonly remove: () => void;
}

/**
 * A folder that somebody sent: a model and a configuration of hostile names, and packages that write a file when loaded.
 * @param place where the folder will lie and that file shall be written, if not where it is made
 */
export function hostileRepository(place?: string): HostileRepository {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-hostile-'));
  const path = (name: string) => join(folder, name);
  const marker = join(place ?? folder, 'owned');
  const tensor = (place: number) => `${hostileName}${hostileAddress}${place}`;
  const nodes = Array.from({ length: 6 }, (_, place) => ({
    op: 'Relu',
    name: `node${tensor(place)}`,
    inputs: [tensor(place)],
    outputs: [tensor(place + 1)],
  }));
  const shape = [1, 8];
  writeFileSync(
    path('model.onnx'),
    buildModel({ opset: 17, tensors: { [tensor(0)]: { dtype: 'float32', shape } }, nodes }),
  );
  const open = { dtype: 'float32', shape: [hostileName, 8] } as const;
  writeFileSync(path('open.onnx'), buildModel({ opset: 17, tensors: { [tensor(0)]: open }, nodes }));
  // Names that ONNX Runtime itself can write into its trace.
  const x = { dtype: 'float32', shape } as const;
  writeFileSync(
    path('plain.onnx'),
    buildModel({ opset: 17, tensors: { x }, nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }] }),
  );
  const tiers = ['a', 'b', 'c'].map((suffix, index) => ({
    id: `${hostileName}${suffix}`,
    gflops: 10 ** index,
    memoryGB: 1,
  }));
  const links = [1, 2].map(() => ({ bandwidthMbps: 1000, latencyMs: 0.1 }));
  const $schema = 'http://127.0.0.1:9/owned.schema.json';
  writeFileSync(path('dnnsplit.json'), JSON.stringify({ $schema, tiers, links }, null, 2));
  plantPackages(folder, marker);
  return {
    folder,
    path,
    hasRun: () => readdirSync(folder).includes('owned'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Names of what is no regular file, and what that is, per kind of document; `named` is what a configuration names. */
export const irregularFiles = {
  pipe: /is a pipe, not a regular file/,
  zero: /is a device, not a regular file/,
  folder: /is a folder/,
  loop: /is a loop of symbolic links/,
} as const;

/** Puts pipes, devices, folders and loops under the names of models, plans, profiles and configurations into a folder. */
export function plantIrregular(folder: string): void {
  for (const ending of ['.onnx', '.splitplan.json', '.profile.json']) {
    const path = (name: string) => join(folder, `${name}${ending}`);
    execFileSync('mkfifo', [path('pipe')]);
    symlinkSync('/dev/zero', path('zero'));
    mkdirSync(path('folder'));
    symlinkSync(`loop${ending}`, path('loop'));
  }
  for (const name of Object.keys(irregularFiles)) {
    // A configuration of each kind that names such a profile, and one that is such a file itself.
    const [naming, being] = [join(folder, `naming-${name}`), join(folder, `being-${name}`)];
    for (const made of [naming, being]) mkdirSync(made);
    for (const made of [naming, being]) copyFileSync(join(folder, 'plain.onnx'), join(made, 'plain.onnx'));
    const profile = join(naming, 'it.profile.json');
    const configuration = join(being, 'dnnsplit.json');
    for (const place of [profile, configuration]) {
      if (name === 'pipe') execFileSync('mkfifo', [place]);
      if (name === 'zero') symlinkSync('/dev/zero', place);
      if (name === 'folder') mkdirSync(place);
      if (name === 'loop') symlinkSync(place, place);
    }
    writeFileSync(
      join(naming, 'dnnsplit.json'),
      JSON.stringify({ tiers: [{ id: 'a', gflops: 1, profile: 'it.profile.json' }] }),
    );
  }
}

/** Puts packages by the names of those that the program loads into a folder. */
export function plantPackages(folder: string, marker: string): void {
  for (const name of ['onnxruntime-node', 'onnxruntime-common', 'web-worker', 'elkjs', 'zod', 'yaml', 'npm']) {
    const own = join(folder, 'node_modules', name);
    mkdirSync(own, { recursive: true });
    const code = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, __filename); module.exports = {};`;
    writeFileSync(join(own, 'index.js'), code);
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name, version: '99.0.0', main: 'index.js' }));
  }
  const settings = { 'dnnsplit.runtimeFolder': folder, 'dnnsplit.plan.defaultObjective': '$(alert)' };
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
}
