/** What Node's `path` is on systems with `/`, as far as the programs use it. */

export const sep = '/';
export const delimiter = ':';

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** Names in models may be paths of Windows, wherever they are read. */
export const win32 = { isAbsolute: (path: string): boolean => /^(?:[a-z]:)?[\\/]/i.test(path) };

/** The path without `.`, `..` and doubled separators; `.` where nothing is left. */
export function normalize(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (!isAbsolute(path)) names.push(name);
  }
  const joined = `${isAbsolute(path) ? '/' : ''}${names.join('/')}`;
  if (joined === '') return path.endsWith('/') ? './' : '.';
  return path.endsWith('/') && joined !== '/' ? `${joined}/` : joined;
}

export function join(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== '').join('/');
  return joined === '' ? '.' : normalize(joined);
}

export function resolve(...parts: readonly string[]): string {
  let path = '';
  for (const part of [...parts].reverse()) {
    if (part === '') continue;
    path = path === '' ? part : `${part}/${path}`;
    if (isAbsolute(part)) break;
  }
  const normal = normalize(isAbsolute(path) ? path : `/${path}`);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}

export function dirname(path: string): string {
  const trimmed = withoutTrailing(path);
  const end = trimmed.lastIndexOf('/');
  if (end < 0) return '.';
  return end === 0 ? '/' : trimmed.slice(0, end).replace(/(?<=.)\/+$/, '');
}

export function basename(path: string, suffix = ''): string {
  const trimmed = path.replace(/\/+$/, '');
  const name = trimmed.slice(trimmed.lastIndexOf('/') + 1);
  return suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 || name === '..' ? '' : name.slice(dot);
}

export function relative(from: string, to: string): string {
  const [source, target] = [namesOf(from), namesOf(to)];
  let common = 0;
  while (common < source.length && common < target.length && source[common] === target[common]) common++;
  return [...source.slice(common).map(() => '..'), ...target.slice(common)].join('/');
}

function namesOf(path: string): string[] {
  return resolve(path)
    .split('/')
    .filter((name) => name !== '');
}

function withoutTrailing(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' && path !== '' ? '/' : trimmed;
}
