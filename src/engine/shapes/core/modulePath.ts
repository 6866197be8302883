import type { OnnxNode } from '../../onnx/model';

/**
 * The module that a node belongs to, slash-separated: `features/3/1/attn`. PyTorch's dynamo exporter writes a list of
 * nested names into `pkg.torch.onnx.name_scopes` and `name: class` parts into `namespace`; its older exporter writes
 * paths as node names (`/layer1/layer1.0/conv1/Conv`). In all of them the last part is the operator itself.
 * Empty where there is none of these. `known` keeps the paths that were worked out: neighbors share them.
 */
export function modulePathOf(node: OnnxNode, known: Map<string, string>): string {
  const scopes = node.metadata.size === 0 ? undefined : scopesOf(node.metadata);
  const written = scopes ?? withoutLast(node.name, '/');
  if (written === '') return '';
  const path = known.get(written) ?? relativePath(scopes === undefined ? written.split('/') : namesIn(written));
  known.set(written, path);
  return path;
}

/** What the exporter wrote about the modules around the node, the operator itself left out. */
function scopesOf(metadata: ReadonlyMap<string, string>): string | undefined {
  const scopes = metadata.get('pkg.torch.onnx.name_scopes');
  return scopes === undefined ? namespaceOf(metadata) : withoutLast(scopes, ', ');
}

function namespaceOf(metadata: ReadonlyMap<string, string>): string | undefined {
  const namespace = metadata.get('namespace');
  return namespace === undefined ? undefined : withoutLast(namespace, '/');
}

function withoutLast(text: string, separator: string): string {
  return text.slice(0, Math.max(0, text.lastIndexOf(separator)));
}

/** The names in `['', 'features', 'features.3'` or in `features: Sequential/features.3: Block`. */
function namesIn(written: string): readonly string[] {
  if (written.startsWith('['))
    return [...written.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '');
  return written.split('/').map((part) => (part.includes(': ') ? withoutLast(part, ': ') : part).trim());
}

/** Drops from each name the part that repeats the one before (`features.3` in `features`). */
function relativePath(names: readonly string[]): string {
  const parts: string[] = [];
  let outer = '';
  for (const name of names) {
    if (name === '') continue;
    parts.push(outer !== '' && name.startsWith(`${outer}.`) ? name.slice(outer.length + 1) : name);
    outer = name;
  }
  return parts.join('/');
}
