import type { ErrorData } from '../../shared/work/errors';

/** Names of the files that belong to a model. */

/** Last segment of a URI's or file system's path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `folder/model.onnx` -> `folder/model.splitplan.json`. */
export function planPathOf(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, '')}.splitplan.json`;
}

/** A sentence with the paths of workspace folders left out: files in them go by their relative path. */
function withoutFolders(sentence: string, folders: readonly string[]): string {
  return folders.reduce((text, folder) => text.replaceAll(`${folder}/`, '').replaceAll(`${folder}\\`, ''), sentence);
}

/**
 * An error's sentence for reading: it names the file that it is about, in the workspace by its relative path, elsewhere
 * by its name alone.
 */
export function readableSentence(
  { message, place }: Pick<ErrorData, 'message' | 'place'>,
  folders: readonly string[],
): string {
  const path = place?.path;
  if (path === undefined) return withoutFolders(message, folders);
  const relative = withoutFolders(path, folders);
  const name = relative === path ? fileName(path) : relative;
  const sentence = withoutFolders(message.replaceAll(path, name), folders);
  return sentence.includes(fileName(path)) ? sentence : `${name}: ${sentence}`;
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
