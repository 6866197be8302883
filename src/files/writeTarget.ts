import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { fileError } from './fileError';
import type { FileIdentity } from './fileIdentity';
import { natureOf } from './regularFile';

/** What a writer may do. */
export interface WriteRule {
  /** Files that exist may be replaced, where they are regular ones. */
  readonly overwrite: boolean;
  /** Files that this run reads: the model, its weights, configuration, profiles, plan. They are never replaced. */
  readonly inputs: readonly FileIdentity[];
}

/** Where a file goes. */
export interface WriteTarget {
  /** Absolute, with no link at its end. */
  readonly path: string;
  /** The file that is there now. */
  readonly replaced: Stats | undefined;
}

const mostLinks = 40;

/**
 * The one rule for everything that is written: a file that exists stays unless replacing is allowed; one that is read for
 * this run stays in any case, under whichever name; only regular files are replaced; a symbolic link is followed.
 * @throws DnnSplitError `file-exists`, `file-system`
 */
export function writeTarget(path: string, { overwrite, inputs }: WriteRule): WriteTarget {
  try {
    if (/[/\\]$/.test(path)) throw noRegularFile(path, 'a folder');
    // A link to a pipe, such as /dev/stdout, leads to no path.
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isFile() === false) throw noRegularFile(path, natureOf(there));
    const place = throughLinks(path);
    const status = statSync(place, { bigint: true, throwIfNoEntry: false });
    if (status === undefined) return { path: place, replaced: undefined };
    if (!status.isFile()) throw noRegularFile(path, natureOf(status));
    const key = `${status.dev}:${status.ino}`;
    if (inputs.some((input) => input.key === key)) throw isInput(path);
    if (!overwrite) throw fileExists(path);
    accessSync(place, constants.W_OK);
    return { path: place, replaced: statSync(place) };
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

/** The path that a path leads to, also where nothing is there yet; links on the way to its folder are followed too. */
export function throughLinks(path: string): string {
  let at = resolve(path);
  for (let links = 0; links < mostLinks; links++) {
    const folder = dirname(at);
    const isFolderThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
    const place = isFolderThere ? join(realpathSync(folder), basename(at)) : at;
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return place;
    at = resolve(dirname(place), readlinkSync(place));
  }
  throw new DnnSplitError('file-system', say('write.linkLoop', { path }), { path });
}

export function fileExists(path: string): DnnSplitError {
  return new DnnSplitError('file-exists', say('write.exists', { path }), {
    path,
  });
}

export function isInput(path: string): DnnSplitError {
  const message = say('write.input', { path });
  return new DnnSplitError('file-system', message, { path });
}

function noRegularFile(path: string, nature: string): DnnSplitError {
  const sentence = nature === 'a folder' ? say('disk.folder', { path }) : say('write.irregular', { path, nature });
  return new DnnSplitError('file-system', sentence, { path });
}
