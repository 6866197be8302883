import { type ChildProcess, fork } from 'node:child_process';

/** Where a debugger finds the server while the extension itself is being debugged. */
const debugging = ['--nolazy', '--inspect=6009'];

/**
 * Starts the server as a process that speaks the language server protocol over IPC, in the way the library of the language
 * client does it. Loading that library takes as long as the process takes to come up, so that both are done at once.
 */
export function startServerProcess(serverModule: string, args: readonly string[]): ChildProcess {
  const isDebugged = process.execArgv.some((argument) => /^--(inspect|debug)(-brk)?(=|$)/.test(argument));
  return fork(serverModule, [...args, '--node-ipc', `--clientProcessId=${process.pid}`], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' },
    execArgv: isDebugged ? debugging : [],
    silent: true,
  });
}

/** True from the start of a process until its end; one that could not be started has no id. */
export function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
