import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Keeping } from '../../programs/loadProgram';

/** Bits of a file's mode that let others than its owner write. */
const writableByOthers = 0o022;

/**
 * Where and when the compiled form of the program is kept: for each command, at the end of a run that did what it was for.
 * `NODE_DISABLE_COMPILE_CACHE`, by which people keep Node.js itself from doing so, keeps the program from it too.
 */
export function keepingFor(
  [command = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
  home = homedir(),
): Keeping | undefined {
  const use = useOf(command, args);
  if (use === undefined || environment['NODE_DISABLE_COMPILE_CACHE']) return undefined;
  const folder = codeFolder(environment, home);
  if (folder === undefined) return undefined;
  return {
    folder,
    use,
    whenSettled: (keep) =>
      process.once('exit', (code) => {
        if (code === 0) keep();
      }),
  };
}

/** What a run is for: its command, or the overview of all of them, which loads every one; nothing where it does less. */
function useOf(command: string, args: readonly string[]): string | undefined {
  if (isHelpFlag(command)) return 'help';
  return /^[a-z][a-z-]*$/.test(command) && !args.some(isHelpFlag) ? command : undefined;
}

const isHelpFlag = (arg: string): boolean => arg === '--help' || arg === '-h';

/** The person's folder for what can be made again; none where somebody else could put code into it. */
function codeFolder(environment: NodeJS.ProcessEnv, home: string): string | undefined {
  if (!isAbsolute(home) || !isOwn(home)) return undefined;
  const folder = join(cachesIn(environment, home), 'dnnsplit', 'code');
  return isOwn(folder, writableByOthers) ? folder : undefined;
}

function cachesIn({ LOCALAPPDATA: local, XDG_CACHE_HOME: xdg }: NodeJS.ProcessEnv, home: string): string {
  if (process.platform === 'win32') return local ?? join(home, 'AppData/Local');
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  return process.platform === 'darwin' ? join(home, 'Library/Caches') : join(home, '.cache');
}

/** True for a person's own folder with none of some permissions, or where nothing is yet; Windows looks after that itself. */
function isOwn(folder: string, permissions = 0): boolean {
  const state = statSync(folder, { throwIfNoEntry: false });
  if (state === undefined || process.getuid === undefined) return true;
  return state.uid === process.getuid() && (state.mode & permissions) === 0;
}
