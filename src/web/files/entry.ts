import { mostEditorFileMB } from '../../shared/protocol/editorFileLimit';

export const mostFileBytes = mostEditorFileMB * 1e6;

/** What a thread wants to know of a path. */
export interface Want {
  readonly path: string;
  /** What is in it, not only that it is there. */
  readonly content: boolean;
}

/** What there is at a path of the editor's. */
export type Entry =
  | { readonly path: string; readonly kind: 'none' }
  | {
      readonly path: string;
      readonly kind: 'folder';
      /** Left out where only its being there was asked for. */
      readonly names?: readonly (readonly [string, 'file' | 'folder'])[];
    }
  | {
      readonly path: string;
      readonly kind: 'file';
      readonly size: number;
      readonly mtimeMs: number;
      /** Left out where only its size was asked for, or where it is larger than files may be. */
      readonly bytes?: Uint8Array<ArrayBuffer>;
    };

/** Memory that goes with entries from one thread to another, rather than being copied. */
export function memoryOf(entries: readonly Entry[]): ArrayBuffer[] {
  return entries.flatMap((entry) => (entry.kind === 'file' && entry.bytes !== undefined ? [entry.bytes.buffer] : []));
}
