import { join } from 'node:path';
import type { Command } from 'commander';
import { sizesOfPlan } from '../../shared/documents/plan';
import { shellWord } from '../../shared/escape/shell';
import { urlSegment } from '../../shared/escape/url';
import { visibleText } from '../../shared/escape/visible';
import { parsePort, runtimeFolderOption } from '../terminal/arguments';
import { interruptSignal } from '../terminal/canceling';
import { type Output, standardOutput } from '../terminal/output';
import { usableSplit } from './exportedSplit';

interface RunOptions {
  readonly port: number;
  readonly shaping: boolean;
  readonly exact?: boolean;
  readonly runtimeFolder?: string;
}

/** `dnnsplit run PLAN|DIR`: the whole chain on this machine, one process per tier, over links as slow as the plan's. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run every tier of a plan on this machine, over links as slow as in the plan (needs ONNX Runtime)')
    .argument('<plan|folder>', 'a .splitplan.json file, or a folder that dnnsplit split wrote')
    .option('-p, --port <number>', 'port of the first tier; the other tiers use free ports', parsePort, 8000)
    .option('--exact', 'bit-identical to the unsplit model: no optimization, one thread')
    .option('--no-shaping', 'do not slow the links down')
    .addOption(runtimeFolderOption())
    .action((target: string, options: RunOptions) => run(target, options, standardOutput));
}

async function run(
  target: string,
  { port, shaping, exact = false, runtimeFolder }: RunOptions,
  output: Output,
): Promise<void> {
  const { startChain } = await import('../terminal/chain');
  const { readContract } = await import('../../relay/contract/contractFile');
  const signal = interruptSignal();
  const split = await usableSplit(target);
  try {
    const links = shaping ? split.plan.links : [];
    const chain = await startChain({
      program: join(__dirname, 'relay.js'),
      contractPaths: split.contractPaths,
      links,
      ...(runtimeFolder !== undefined && { runtimeFolder }),
      port,
      exact,
      signal,
      log: (line) => void process.stderr.write(`${visibleText(line)}\n`),
    });
    const { exampleRequest } = await import('../../relay/contract/exampleRequest');
    const first = await readContract(split.contractPaths[0] ?? '');
    const name = urlSegment(first.model);
    const address = `http://127.0.0.1:${chain.port}`;
    output.print(
      [
        `${visibleText(first.model)} is available at ${address}. Press Ctrl+C to stop.`,
        'Try it:',
        `  curl ${shellWord(`${address}/v2/models/${name}`)}`,
        ...exampleRequest(first, sizesOfPlan(split.plan), `${address}/v2/models/${name}/infer`),
      ].join('\n'),
    );
    await chain.ended;
  } finally {
    split.remove();
  }
}
