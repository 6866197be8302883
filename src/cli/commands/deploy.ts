import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DnnSplitError } from '../../shared/errors';
import { type DeploymentTarget, deploymentTargets, type Engine, engines } from '../../shared/targets';
import { terminalWork } from '../terminal/canceling';
import { jsonText, type Output, standardOutput } from '../terminal/output';

interface DeployOptions {
  readonly target: readonly DeploymentTarget[];
  readonly output: string;
  readonly engine: Engine;
  readonly manifestsOnly?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit deploy PLAN`: a folder per target that runs the tiers of a plan. */
export function addDeploy(program: Command): void {
  program
    .command('deploy')
    .description('Write a folder per target that runs the tiers of a plan: manifests, sub-models and how to start them')
    .argument('<plan>', 'a .splitplan.json file')
    .addOption(
      new Option('-t, --target <targets>', `what to make, separated by commas: ${deploymentTargets.join(', ')}`)
        .argParser(parseTargets)
        .makeOptionMandatory(),
    )
    .requiredOption('-o, --output <folder>', 'where the folders of the targets go')
    .addOption(
      new Option(
        '--engine <engine>',
        'for compose: what runs the sub-models; an inference server gets a relay beside it',
      )
        .choices(engines)
        .default('relay'),
    )
    .option('--manifests-only', 'leave the sub-models out')
    .option('--force', 'overwrite files that exist')
    .option('--json', 'print the paths as JSON')
    .action((plan: string, options: DeployOptions) => deploy(plan, options, standardOutput));
}

function parseTargets(text: string): DeploymentTarget[] {
  return text.split(',').map((name) => {
    const target = deploymentTargets.find((known) => known === name.trim());
    if (target !== undefined) return target;
    throw new InvalidArgumentError(`Allowed choices are ${deploymentTargets.join(', ')}.`);
  });
}

async function deploy(planPath: string, options: DeployOptions, output: Output): Promise<void> {
  const { readPlanFile } = await import('../../app/planFile');
  const { prepareSplit } = await import('../../app/deploySplit');
  const { deploymentOf, writeDeploymentModels } = await import('../../app/deployTarget');
  const { writeFiles } = await import('../terminal/writeFiles');
  const prepared = prepareSplit(readPlanFile(planPath), planPath);
  const overwrite = options.force === true;
  const deployments = options.target.map((target) => ({
    directory: join(options.output, target),
    deployment: deploymentOf(prepared, { target, engine: options.engine, programFolder: __dirname }),
  }));
  for (const { directory, deployment } of deployments) {
    if (!overwrite) refuseExisting(directory, deployment.files);
  }
  const paths: string[] = [];
  for (const { directory, deployment } of deployments) {
    if (options.manifestsOnly !== true) {
      const models = explained(() =>
        writeDeploymentModels(prepared, deployment, { directory, overwrite }, terminalWork()),
      );
      paths.push(...models.flatMap(({ path, dataPath }) => (dataPath === undefined ? [path] : [path, dataPath])));
    }
    writeFiles(directory, deployment.files, { overwrite: true });
    paths.push(...deployment.files.map(({ path }) => join(directory, path)));
  }
  output.print(options.json ? jsonText({ files: paths }) : paths.join('\n'));
}

function refuseExisting(directory: string, files: readonly { readonly path: string }[]): void {
  const present = files.map(({ path }) => join(directory, path)).find((path) => existsSync(path));
  if (present !== undefined) {
    throw new DnnSplitError('file-exists', `${present} exists; add --force to overwrite it.`, { path: present });
  }
}

/** Missing weights need not stand in the way of the manifests. */
function explained<Value>(write: () => Value): Value {
  try {
    return write();
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'external-data')) throw thrown;
    const message = thrown.message.replace(/\.$/, ', or leave the sub-models out with --manifests-only.');
    throw new DnnSplitError('external-data', message, thrown.place);
  }
}
