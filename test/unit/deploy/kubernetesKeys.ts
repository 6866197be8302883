import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/**
 * The validators of `kubernetes-models` let unknown keys pass, which a cluster would refuse or ignore. The type
 * declarations beside them list every key there is.
 */
const modules = dirname(dirname(createRequire(import.meta.url).resolve('kubernetes-models/package.json')));

interface Declaration {
  readonly file: string;
  /** Type of every key, as it is written. */
  readonly keys: ReadonlyMap<string, string>;
  /** File that a type is imported from. */
  readonly imports: ReadonlyMap<string, string>;
}

const declarations = new Map<string, Declaration>();

function declarationOf(file: string): Declaration {
  const known = declarations.get(file);
  if (known) return known;
  const text = readFileSync(file, 'utf8');
  const body = /export interface \w+[^{]*\{\n([\s\S]*?)\n\}/.exec(text)?.[1] ?? '';
  const keys = new Map(
    [...body.matchAll(/^ {4}"([^"]+)"\??: ([\s\S]*?);$/gm)].map(([, key = '', type = '']) => [key, type]),
  );
  const imports = new Map(
    [...text.matchAll(/^import \{ (\w+) \} from "([^"]+)";$/gm)].map(([, name = '', from = '']) => [
      name,
      from.startsWith('.') ? resolve(dirname(file), `${from}.d.ts`) : join(modules, `${from}.d.ts`),
    ]),
  );
  const declaration = { file, keys, imports };
  declarations.set(file, declaration);
  return declaration;
}

/** Paths of keys that an object of this API version and kind does not have. */
export function unknownKeys(object: Record<string, unknown>): string[] {
  const { apiVersion, kind } = object;
  return check(object, join(modules, 'kubernetes-models', `${apiVersion}`, `${kind}.d.ts`), String(kind));
}

function check(value: unknown, file: string, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => check(item, file, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const { keys, imports } = declarationOf(file);
  // Quantities and the like are declared without keys.
  if (keys.size === 0) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const type = keys.get(key);
    if (type === undefined) return [`${path}.${key}`];
    const name = /\bI\w+/.exec(type)?.[0] ?? '';
    const next = imports.get(name);
    if (next === undefined) return [];
    if (!type.includes('[key: string]')) return check(inner, next, `${path}.${key}`);
    return Object.entries(inner as object).flatMap(([entry, item]) => check(item, next, `${path}.${key}.${entry}`));
  });
}
