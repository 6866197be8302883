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
export function withoutFolders(sentence: string, folders: readonly string[]): string {
  return folders.reduce((text, folder) => text.replaceAll(`${folder}/`, '').replaceAll(`${folder}\\`, ''), sentence);
}
