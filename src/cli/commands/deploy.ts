import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { jsonText, type Output, standardOutput } from '../output';

interface DeployOptions {
  readonly target: 'compose';
  readonly output: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit deploy PLAN`: manifests that start an inference server per tier. */
export function addDeploy(program: Command): void {
  program
    .command('deploy')
    .description('Write manifests that run the tiers of a plan')
    .argument('<plan>', 'a .splitplan.json file')
    .addOption(
      new Option('-t, --target <target>', 'what the manifests are for').choices(['compose']).makeOptionMandatory(),
    )
    .requiredOption('-o, --output <folder>', 'where the files go')
    .option('--force', 'overwrite files that exist')
    .option('--json', 'print the paths as JSON')
    .action((plan: string, options: DeployOptions) => deploy(plan, options, standardOutput));
}

async function deploy(planPath: string, options: DeployOptions, output: Output): Promise<void> {
  const { readPlanFile } = await import('../../server/analysis/planFile');
  const { composeFiles } = await import('../../engine/deploy/compose/compose');
  const { writeFiles } = await import('../writeFiles');
  const files = composeFiles(readPlanFile(planPath));
  writeFiles(options.output, files, { overwrite: options.force === true });
  const paths = files.map(({ path }) => join(options.output, path));
  output.print(options.json ? jsonText({ files: paths }) : paths.join('\n'));
}
