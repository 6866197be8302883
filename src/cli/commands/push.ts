import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PushReport } from '../../app/push/pushBundle';
import { visibleText } from '../../shared/escape/visible';
import { bytesText } from '../../shared/vocabulary/quantities';
import { interruptSignal } from '../terminal/canceling';
import { type Output, reportJson, standardOutput } from '../terminal/output';

interface PushCommandOptions {
  readonly folder?: string;
  readonly sshConfig?: string;
  readonly wait: number;
  readonly json?: boolean;
}

/** `dnnsplit push FOLDER user@host`: brings a tier's bundle to its machine over SSH and starts it there. */
export function addPush(program: Command): void {
  program
    .command('push')
    .description("Copy a tier's folder of dnnsplit deploy -t bundle to its machine over SSH, and start it there")
    .argument('<folder>', "a tier's folder of a bundle")
    .argument('<host>', 'machine as ssh knows it: host or user@host')
    .option('--folder <folder>', 'folder there (default: dnnsplit/MODEL-TIER in the home folder)')
    .option('--ssh-config <file>', 'configuration of ssh instead of your own')
    .addOption(
      new Option('--wait <seconds>', 'how long the relay may take to serve before the earlier version comes back')
        .default(60)
        .argParser(parseWait),
    )
    .option('--json', 'print JSON')
    .action((folder: string, host: string, options: PushCommandOptions) => push(folder, host, options, standardOutput));
}

function parseWait(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of seconds from 1 to 9999.');
}

async function push(bundle: string, destination: string, options: PushCommandOptions, output: Output): Promise<void> {
  const { pushBundle } = await import('../../app/push/pushBundle');
  const { remoteHost } = await import('../../app/push/remoteHost');
  const host = remoteHost(destination, options.sshConfig);
  const { folder, wait: waitSeconds } = options;
  const report = await pushBundle(bundle, { host, folder, waitSeconds, signal: interruptSignal() });
  output.print(options.json ? reportJson('push', report) : pushText(report, destination));
}

function pushText({ folder, version, bytes, sentBytes }: PushReport, destination: string): string {
  return `Version ${version} runs on ${visibleText(destination)} in ${visibleText(folder)}: ${bytesText(bytes)}, of which ${bytesText(sentBytes)} were sent.`;
}
