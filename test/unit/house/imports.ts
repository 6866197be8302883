import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** One import of a file of ours by another one; both are paths from the root of the repository. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

const specifiers = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g;

/** Every relative import below some folders, those of types alone included. */
export function importsBelow(folders: readonly string[]): Import[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
      .map((path) => posix.join(folder, path.replaceAll('\\', '/'))),
  );
  const known = new Set(files);
  return files.flatMap((from) =>
    [...readFileSync(join(root, from), 'utf8').matchAll(specifiers)].flatMap(([, specifier = '']) => {
      const path = posix.join(dirname(from), specifier);
      const to = known.has(path) ? path : `${path}.ts`;
      return known.has(to) ? [{ from, to }] : [];
    }),
  );
}

/** The room of a file below a folder: its first folder there, or `.` for the files of the folder itself. */
export function roomOf(file: string, folder: string): string | undefined {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const [first = '', ...rest] = file.slice(folder.length + 1).split('/');
  return rest.length === 0 ? '.' : first;
}

/** Every folder that holds files of ours, from the given ones down. */
export function foldersOf(imports: readonly Import[]): string[] {
  const folders = new Set<string>();
  for (const file of imports.flatMap(({ from, to }) => [from, to])) {
    for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort();
}

/**
 * The first circle of a graph, as the names on the way; none where there is none.
 * @param next what each name points to
 */
export function circleOf(next: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (done.has(name)) return undefined;
    const start = way.indexOf(name);
    if (start >= 0) return [...way.slice(start), name];
    way.push(name);
    for (const other of next.get(name) ?? []) {
      const circle = visit(other);
      if (circle) return circle;
    }
    way.pop();
    done.add(name);
    return undefined;
  };
  for (const name of next.keys()) {
    const circle = visit(name);
    if (circle) return circle;
  }
  return undefined;
}
