import type { OnnxNode } from '../../onnx/model';

/**
 * The module that a node belongs to, slash-separated: `features/3/1/attn`. PyTorch's dynamo exporter writes a list of
 * nested names into `pkg.torch.onnx.name_scopes` and `name: class` parts into `namespace`; its older exporter writes
 * paths as node names (`/layer1/layer1.0/conv1/Conv`). In all of them the last part is the operator itself.
 * Empty where there is none of these.
 */
export function modulePathOf(node: OnnxNode): string {
  const scopes = node.metadata.size === 0 ? undefined : scopesOf(node.metadata);
  if (scopes !== undefined) return relativePath(scopes);
  return node.name.lastIndexOf('/') <= 0 ? '' : relativePath(node.name.split('/'));
}

function scopesOf(metadata: ReadonlyMap<string, string>): readonly string[] | undefined {
  const scopes = metadata.get('pkg.torch.onnx.name_scopes');
  if (scopes !== undefined)
    return [...scopes.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '');
  return metadata
    .get('namespace')
    ?.split('/')
    .map((part) => part.slice(0, part.includes(': ') ? part.indexOf(': ') : part.length).trim());
}

/** Drops the operator itself and, from each name, the part that repeats the one before (`features.3` in `features`). */
function relativePath(names: readonly string[]): string {
  const parts: string[] = [];
  let outer = '';
  for (const name of names.slice(0, -1)) {
    if (name === '') continue;
    parts.push(outer !== '' && name.startsWith(`${outer}.`) ? name.slice(outer.length + 1) : name);
    outer = name;
  }
  return parts.join('/');
}
