import { type Dirent, readdirSync } from 'node:fs';
import { basename } from 'node:path';

/** True for a name with wildcards. */
export function isGlob(name: string): boolean {
  return /[*?[{]/.test(name);
}

/**
 * Files that a pattern matches, sorted: `*`, `?`, `[abc]` and `{a,b}` within one name, `**` for folders at any depth. Folders
 * whose names begin with a dot, `node_modules` and links to folders are not looked into.
 */
export function filesMatching(pattern: string): string[] {
  const [first = '', ...rest] = pattern.replaceAll('\\', '/').split('/');
  const [folder, parts] = first === '' ? ['/', rest] : ['', [first, ...rest]];
  return [...new Set(matchesBelow(folder, parts))].sort();
}

/** @param folder empty for the working folder, else ending with a slash */
function matchesBelow(folder: string, [part = '', ...rest]: readonly string[]): string[] {
  if (part === '**') {
    const here = rest.length === 0 ? filesIn(folder) : matchesBelow(folder, rest);
    return [...here, ...foldersIn(folder).flatMap((name) => matchesBelow(`${folder}${name}/`, [part, ...rest]))];
  }
  if (rest.length === 0) return filesIn(folder).filter((path) => partPattern(part).test(basename(path)));
  const names = isGlob(part) ? foldersIn(folder).filter((name) => partPattern(part).test(name)) : [part];
  return names.flatMap((name) => matchesBelow(`${folder}${name}/`, rest));
}

function filesIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) =>
    entry.isFile() || entry.isSymbolicLink() ? [`${folder}${entry.name}`] : [],
  );
}

function foldersIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) =>
    entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules' ? [entry.name] : [],
  );
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true });
  } catch {
    // A folder that cannot be read has no file that could be.
    return [];
  }
}

/** One name of a pattern as an expression. */
function partPattern(part: string): RegExp {
  const source = part.replace(/\*|\?|\[[^\]]+\]|\{[^}]*\}|./gs, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    const inside = token.slice(1, -1);
    if (token.length > 2 && token.startsWith('[')) return `[${inside.replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
    if (token.length > 1) return `(?:${inside.split(',').map(escaped).join('|')})`;
    return escaped(token);
  });
  return new RegExp(`^${source}$`, 's');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
