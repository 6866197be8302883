import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';

const packageName = 'onnxruntime-node';

/** Names a folder whose `node_modules` holds ONNX Runtime. */
export const runtimeFolderVariable = 'DNNSPLIT_RUNTIME_FOLDER';

/**
 * Path of the installed ONNX Runtime: in the folder that a person named, with this program, or with Node. Never looked for
 * beside models, plans and contracts nor in the working folder: what lies there is data that anybody may have sent, and
 * loading a module runs it.
 * @param folder the folder that holds the `node_modules`; the environment may name it too
 */
export function installedRuntime(
  folder: string | undefined,
  programFolder = __dirname,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = [folder, environment[runtimeFolderVariable]].flatMap((one) =>
    one === undefined || one === '' ? [] : [join(resolve(one), 'node_modules')],
  );
  return [...named, ...ownFolders(programFolder), ...globalFolders(environment)]
    .map((modules) => join(modules, packageName))
    .find((path) => existsSync(path));
}

/** Loads the module at an absolute path. */
export function loadModule(path: string): unknown {
  return createRequire(join(path, 'package.json'))(path);
}

/**
 * Where the program's dependencies are: in the folders of its own package, and beside it. Node itself would look in every
 * folder above, and the topmost ones may belong to everybody.
 */
function ownFolders(programFolder: string): string[] {
  const within: string[] = [];
  for (let folder = programFolder; ; folder = dirname(folder)) {
    within.push(folder);
    const isShared = folder !== programFolder && isEverybodys(folder);
    if (!isShared && existsSync(join(folder, 'package.json'))) {
      const beside = dirname(folder);
      const modules = within.map((one) => join(one, 'node_modules'));
      return basename(beside) === 'node_modules' && !isEverybodys(beside) ? [...modules, beside] : modules;
    }
    if (isShared || folder === dirname(folder)) return [join(programFolder, 'node_modules')];
  }
}

/** Whether any user may put files into a folder, as into that of temporary files. */
function isEverybodys(folder: string): boolean {
  return process.platform !== 'win32' && ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o002) !== 0;
}

/** Where `npm install --global` puts packages by default. */
function globalFolders(environment: Readonly<Record<string, string | undefined>>): string[] {
  const node = dirname(process.execPath);
  if (process.platform !== 'win32') return [resolve(node, '../lib/node_modules')];
  const roaming = environment['APPDATA'];
  return [...(roaming === undefined ? [] : [join(roaming, 'npm', 'node_modules')]), join(node, 'node_modules')];
}
