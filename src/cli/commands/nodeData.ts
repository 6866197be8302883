import type { Command } from 'commander';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import type { NodeDataSubject } from '../../shared/reports/nodeData';
import { DnnSplitError } from '../../shared/work/errors';
import { addModelOptions, type ModelOptions } from '../terminal/modelOptions';
import { plannedSource } from '../terminal/plannedSource';

interface NodeDataOptions extends ModelOptions {
  readonly output: string;
  readonly of: string;
  readonly force?: boolean;
}

/** `dnnsplit node-data MODEL|PLAN`: what a plan says of each node, for Model Explorer. */
export function addNodeData(program: Command): void {
  const command = program
    .command('node-data')
    .description('Write the tier or time of each node as node data for Model Explorer')
    .argument('<model|plan>', 'an .onnx or a .splitplan.json file; - is a model from standard input')
    .requiredOption('-o, --output <file>', 'the .json file to write; - is standard output')
    .option('--of <subject>', 'tier, time (on its tier), or time:TIER', 'tier')
    .option('--force', 'replace an existing file');
  addModelOptions(command).action((source: string, options: NodeDataOptions) => nodeData(source, options));
}

async function nodeData(source: string, options: NodeDataOptions): Promise<void> {
  const { nodeDataText } = await import('../../engine/nodeData/nodeDataText');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const overwrite = options.force === true;
  checkOutputFile(options.output, overwrite);
  const { costs, plan, inputs } = await plannedSource(source, options);
  const tiers = costs.infrastructure.tiers.map(({ id }) => id);
  writeOutputFile(options.output, nodeDataText(costs, plan, subjectOf(options.of, tiers)), { overwrite, inputs });
  if (options.output !== '-') outputBeside(options.output).print(visibleText(options.output));
}

/** @throws DnnSplitError `bad-usage` */
function subjectOf(of: string, tiers: readonly string[]): NodeDataSubject {
  if (of === 'tier' || of === 'time') return of;
  const tier = of.startsWith('time:') ? tiers.indexOf(of.slice('time:'.length)) : -1;
  if (tier >= 0) return { tier };
  throw new DnnSplitError('bad-usage', say('nodeData.of', { of, known: tiers.join(', ') }));
}
