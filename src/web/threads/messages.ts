import type { Entry, Want } from '../files/entry';
import type { StartWorker } from './startWorker';

/** The product's programs, by the paths that they have for each other, and what every thread begins with. */
export interface Programs {
  readonly thread: string;
  readonly byPath: ReadonlyMap<string, string>;
}

/** What threads are started with: the programs, which are loaded with the first one, and the way to start one. */
export interface StartThreads {
  readonly programs: () => Promise<Programs>;
  readonly startWorker: StartWorker;
}

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
