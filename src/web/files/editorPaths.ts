/**
 * Files of an editor have URIs of any scheme; the programs work with paths. A path says all that the URI does:
 * `vscode-vfs://github/owner/models/a.onnx` is `/vscode-vfs:github/owner/models/a.onnx`.
 */
const rootName = /^[a-z][a-z0-9+.-]*:/i;

/** The path of a file that a URI names; query and fragment are left out. @throws Error where the text is no URI */
export function pathOfUri(uri: string): string {
  const {
    scheme,
    authority = '',
    path = '',
  } = /^(?<scheme>[a-z][a-z0-9+.-]*):(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)/i.exec(uri)?.groups ?? {};
  if (scheme === undefined) throw new Error(`${uri} is no URI`);
  return `/${scheme}:${authority.replaceAll('/', '%2F')}/${decodeURIComponent(path).replace(/^\/+/, '')}`;
}

/** The URI of a path of that kind; nothing for any other, which no editor knows. */
export function uriOfPath(path: string): string | undefined {
  const [, root = '', ...names] = path.split('/');
  if (!rootName.test(root)) return undefined;
  const colon = root.indexOf(':');
  const [scheme, authority] = [root.slice(0, colon), root.slice(colon + 1)];
  return `${scheme}://${authority}/${names.map(encodeURIComponent).join('/')}`;
}
