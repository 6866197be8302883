import { uriOfPath } from './editorPaths';
import { type Entry, mostFileBytes, type Want } from './entry';

/** Contents that are held at most; what was read the longest ago is asked for again. */
const mostHeldBytes = 2 * mostFileBytes;

/** A file or folder as this thread knows it. */
export type Held = Exclude<Entry, { readonly kind: 'none' }> & {
  /** Grows whenever something at the path, beside it or below its folder becomes known. */
  version: number;
};

/**
 * The editor's files as far as a thread has asked for them. The programs read in the middle of their work, and the editor
 * answers later: what is not known yet seems to be missing and is noted, so that the work can be done again with it.
 */
export class HeldFiles {
  readonly #entries = new Map<string, Held | { readonly path: string; readonly kind: 'none' }>();
  #wants = new Map<string, Want>();
  #version = 0;

  /** True while something has seemed to be missing that the editor was not asked for. */
  get wantsAny(): boolean {
    return this.#wants.size > 0;
  }

  /** What has seemed to be missing since this was asked last. */
  takeWants(): Want[] {
    const wants = [...this.#wants.values()];
    this.#wants = new Map();
    return wants;
  }

  /** Takes in what the editor has answered. */
  add(entries: readonly Entry[]): void {
    this.#version++;
    for (const entry of entries) {
      this.#entries.delete(entry.path);
      this.#entries.set(entry.path, entry.kind === 'none' ? entry : { ...entry, version: this.#version });
      // A model that was read without the file of its weights would be another one with it.
      if (entry.kind === 'file') this.#renew(folderOf(entry.path));
    }
    this.#dropOldest();
  }

  /** Forgets what has changed. */
  forget(paths: readonly string[]): void {
    for (const path of paths) for (const each of [path, folderOf(path)]) this.#entries.delete(each);
  }

  /** What is at a path; nothing where nothing is, or where that is not known yet. */
  find(path: string, content = false): Held | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      this.#want(path, content);
      return undefined;
    }
    if (entry.kind === 'none') return undefined;
    if (content && !isWhole(entry)) {
      this.#want(path, true);
      return undefined;
    }
    return entry;
  }

  #want(path: string, content: boolean): void {
    if (uriOfPath(path) === undefined) return;
    this.#wants.set(path, { path, content: content || this.#wants.get(path)?.content === true });
  }

  /** Files in the folder and in those around it are not what they were. */
  #renew(folder: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.kind === 'file' && `${folder}/`.startsWith(`${folderOf(entry.path)}/`)) entry.version = this.#version;
    }
  }

  #dropOldest(): void {
    let held = 0;
    for (const [path, entry] of [...this.#entries].reverse()) {
      if (entry.kind !== 'file') continue;
      held += entry.bytes?.length ?? 0;
      if (held > mostHeldBytes) this.#entries.delete(path);
    }
  }
}

/** True where all is known that there is to know. */
function isWhole(entry: Held): boolean {
  if (entry.kind === 'folder') return entry.names !== undefined;
  return entry.bytes !== undefined || entry.size > mostFileBytes;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1));
}
