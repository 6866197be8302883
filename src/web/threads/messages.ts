import type { Entry, Want } from '../files/entry';

/** The product's programs, by the paths that they have for each other, and what every thread begins with. */
export interface Programs {
  readonly thread: Blob;
  readonly byPath: ReadonlyMap<string, Blob>;
}

/** Loads them with the first thread that needs them. */
export type LoadPrograms = () => Promise<Programs>;

/** What a thread is started with. */
export interface Start {
  /** Path of the program that it runs. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** What a worker thread is given; nothing for what is a process elsewhere. */
  readonly worker?: { readonly data: unknown };
}

export type ToThread =
  | { readonly kind: 'start'; readonly start: Start; readonly programs: Programs }
  | { readonly kind: 'message'; readonly value: unknown }
  | { readonly kind: 'files'; readonly id: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'changed'; readonly paths: readonly string[] };

export type FromThread =
  | { readonly kind: 'message'; readonly value: unknown }
  | { readonly kind: 'wants'; readonly id: number; readonly wants: readonly Want[] }
  | { readonly kind: 'exit'; readonly code: number };

/** Reads files of the editor. */
export type ReadFiles = (wants: readonly Want[]) => Promise<readonly Entry[]>;
