import type { Command } from 'commander';
import type { AnnotationReport } from '../../app/split/annotateModel';
import { visibleText } from '../../shared/escape/visible';
import { bytesText } from '../../shared/vocabulary/quantities';
import { terminalWork } from '../terminal/canceling';
import { type Output, reportJson, standardOutput } from '../terminal/output';
import { planInput } from '../terminal/planInput';
import { tableText } from '../terminal/table';

interface AnnotateOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit annotate PLAN`: a copy of the model that states the plan in the standards' own ways. */
export function addAnnotate(program: Command): void {
  program
    .command('annotate')
    .description(
      "Write a copy of a plan's model that states the plan: pipeline stages (ONNX IR 11) and layers (ONNX Runtime)",
    )
    .argument('<plan>', 'a .splitplan.json file; - is standard input')
    .requiredOption('-o, --output <file>', 'model to write; external data is copied along into another folder')
    .option('--force', 'replace existing files')
    .option('--json', 'print JSON')
    .action((plan: string, options: AnnotateOptions) => annotate(plan, options, standardOutput));
}

async function annotate(planPath: string, options: AnnotateOptions, output: Output): Promise<void> {
  const { annotationSteps } = await import('../../app/split/annotateModel');
  const { takeStepsApart } = await import('../../app/tasks/steps');
  const { checkOutputFolder } = await import('../terminal/writeFiles');
  checkOutputFolder(options.output);
  const target = { output: options.output, overwrite: options.force === true };
  const report = await takeStepsApart(annotationSteps(await planInput(planPath), planPath, target, terminalWork()));
  output.print(options.json ? reportJson('annotation', report) : annotationText(report));
}

function annotationText({ path, bytes, irVersion, stages, dataPaths }: AnnotationReport): string {
  const rows = stages.map(({ device, layer, nodes }, stage) => [String(stage), device, layer, String(nodes)]);
  const columns = [
    { heading: 'stage', numeric: true },
    { heading: 'device' },
    { heading: 'layer' },
    { heading: 'nodes', numeric: true },
  ];
  const lines = [`Wrote ${visibleText(path)}: ${bytesText(bytes)}, IR version ${irVersion}.`];
  if (dataPaths.length > 0) lines.push(`External data beside it: ${dataPaths.map(visibleText).join(', ')}.`);
  const layers = stages.filter(({ nodes }) => nodes > 0).map(({ layer }) => `=${layer}`);
  lines.push(`To start from in ONNX Runtime: session.layer_assignment_settings = "cpu(${layers.join(',')})"`);
  return `${tableText(columns, rows)}\n\n${lines.join('\n')}`;
}
