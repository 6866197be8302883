/** Names of the files that belong to a model. */

/** Last segment of a URI's or file system's path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `folder/model.onnx` -> `folder/model.splitplan.json`. */
export function planPathOf(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, '')}.splitplan.json`;
}
