import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { filesMatching, isGlob } from './globs';
import { keepInput, streamName } from './standardInput';

/** What the help says of the models that a command takes. */
export const modelsArgument = 'an .onnx file, several, or a pattern such as "models/**/*.onnx"; - is standard input';

/** A model as a person named it, and the file that holds it. */
export interface NamedModel {
  readonly name: string;
  readonly path: string;
}

/**
 * The models that arguments name: files, patterns such as `models/**\/*.onnx` for shells that leave them as they are, and
 * `-` for standard input.
 * @throws DnnSplitError `bad-usage` for a pattern that no file matches, `file-system`
 */
export async function namedModels(names: readonly string[]): Promise<NamedModel[]> {
  const models: NamedModel[] = [];
  for (const name of names) {
    if (name === streamName) models.push(await modelNamed(name));
    else models.push(...matches(name).map((path) => ({ name: path, path })));
  }
  return [...new Map(models.map((model) => [model.name, model])).values()];
}

/** The one model that an argument names as it stands; `-` is standard input. @throws DnnSplitError `file-system` */
export async function modelNamed(name: string): Promise<NamedModel> {
  return { name, path: name === streamName ? await keptInput() : name };
}

function matches(name: string): readonly string[] {
  if (!isGlob(name) || existsSync(name)) return [name];
  const found = filesMatching(name);
  if (found.length === 0) throw new DnnSplitError('bad-usage', say('command.noMatch', { pattern: name }));
  return found;
}

/** Standard input as a file, which goes with the process: a model is read here and there, not from front to back. */
async function keptInput(): Promise<string> {
  const { createScratchFolder } = await import('../../files/leftovers');
  const scratch = createScratchFolder();
  process.once('exit', scratch.remove);
  const path = join(scratch.path, 'input.onnx');
  await keepInput(path);
  return path;
}
