import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BundleAddress, parseAddress } from '../../engine/deploy/parts/bundleAddress';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { type DeploymentTarget, deploymentTargets, type Engine, engines } from '../../shared/vocabulary/targets';
import { DnnSplitError } from '../../shared/work/errors';
import { adaptiveOption } from '../terminal/arguments';
import { terminalWork } from '../terminal/canceling';
import { type Output, reportJson, standardOutput } from '../terminal/output';
import { planInput } from '../terminal/planInput';
import { streamName } from '../terminal/standardInput';
import { addTraceOptions, policyTrace, policyTraceText, type TraceOptions } from '../terminal/traceOptions';

interface DeployOptions extends TraceOptions {
  readonly target: readonly DeploymentTarget[];
  readonly output?: string;
  readonly engine: Engine;
  readonly name?: string;
  readonly registry?: string;
  readonly host?: ReadonlyMap<string, BundleAddress>;
  readonly tls: boolean;
  readonly manifestsOnly?: boolean;
  readonly force?: boolean;
  readonly adaptive?: readonly number[];
  readonly json?: boolean;
}

/** `dnnsplit deploy PLAN`: a folder per target that runs the tiers of a plan. */
export function addDeploy(program: Command): void {
  const command = program
    .command('deploy')
    .description('Generate everything that runs a plan: manifests, sub-models and a README, in a folder per target')
    .argument('<plan>', 'a .splitplan.json file; - is standard input')
    .addOption(
      new Option('-t, --target <targets>', `deployment targets, separated by commas: ${deploymentTargets.join(', ')}`)
        .argParser(parseTargets)
        .makeOptionMandatory(),
    )
    .option(
      '-o, --output <folder>',
      'folder to write to, with a folder per target (default: deploy/ and the name of the plan, beside the plan)',
    )
    .addOption(
      new Option(
        '--engine <engine>',
        'what runs the sub-models: compose takes all, kubernetes relay and triton; an inference server runs beside a relay',
      )
        .choices(engines)
        .default('relay'),
    )
    .addOption(adaptiveOption());
  addTraceOptions(command, policyTraceText)
    .addOption(
      new Option(
        '--name <name>',
        'call the deployment this instead of its model: projects, namespaces, images',
      ).argParser(parseName),
    )
    .addOption(
      new Option('--registry <registry>', 'push images to this registry and pull them from there').argParser(
        parseRegistry,
      ),
    )
    .addOption(
      new Option(
        '--host <tier=address>',
        'for bundle: where a tier is reached, with a port or not (repeatable)',
      ).argParser(parseHost),
    )
    .option('--no-tls', 'for bundle: do not encrypt what travels between tiers')
    .option('--manifests-only', 'leave the sub-models out')
    .option('--force', 'replace the files of an earlier run')
    .option('--json', 'print the paths as JSON')
    .action((plan: string, options: DeployOptions) => deploy(plan, options, standardOutput));
}

function parseTargets(text: string): DeploymentTarget[] {
  return text.split(',').map((name) => {
    const target = deploymentTargets.find((known) => known === name.trim());
    if (target !== undefined) return target;
    throw new InvalidArgumentError(`Use one or more of: ${deploymentTargets.join(', ')}.`);
  });
}

function parseName(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('Use at most 40 lower-case letters, digits and hyphens.');
}

/** A host with an optional port, and folders. */
function parseRegistry(text: string): string {
  if (/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(text)) return text;
  throw new InvalidArgumentError('Use the address of a registry, for example registry.example.com/team.');
}

function parseHost(text: string, earlier: ReadonlyMap<string, BundleAddress> = new Map()): Map<string, BundleAddress> {
  const place = text.indexOf('=');
  const address = parseAddress(text.slice(place + 1));
  if (place > 0 && address !== undefined) return new Map([...earlier, [text.slice(0, place), address]]);
  throw new InvalidArgumentError('Use TIER=HOST or TIER=HOST:PORT, for example cloud=192.0.2.7:8000.');
}

async function deploy(planPath: string, options: DeployOptions, output: Output): Promise<void> {
  const { prepareSplit } = await import('../../app/split/deploySplit');
  const { deploymentOf, deploymentSteps } = await import('../../app/deploy/deployTarget');
  const { deploymentsPathFor } = await import('../../app/plan/planPath');
  const { takeStepsApart } = await import('../../app/tasks/steps');
  const { checkOutputFolder } = await import('../terminal/writeFiles');
  const folder = options.output ?? deploymentsPathFor(planPath === streamName ? '' : planPath);
  checkOutputFolder(folder);
  const work = terminalWork();
  const { adaptive: adaptiveLinks } = options;
  const trace = await policyTrace(options, adaptiveLinks);
  const prepared = prepareSplit(await planInput(planPath), planPath, { adaptiveLinks, trace }, work);
  const { engine, name, registry, host: addresses, tls } = options;
  const placed = options.target.map((target) => {
    const directory = join(folder, target);
    const named = { engine, name, registry, addresses, tls };
    const deployment = deploymentOf(prepared, { ...named, target, programFolder: __dirname, secretsIn: directory });
    return { directory, deployment };
  });
  const rule = { overwrite: options.force === true, manifestsOnly: options.manifestsOnly === true };
  const paths = await explained(() => takeStepsApart(deploymentSteps(prepared, placed, rule, work)));
  output.print(options.json ? reportJson('deployment', { files: paths }) : paths.map(visibleText).join('\n'));
}

/** Missing weights need not stand in the way of the manifests. */
async function explained<Value>(write: () => Promise<Value>): Promise<Value> {
  try {
    return await write();
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'external-data')) throw thrown;
    throw new DnnSplitError(
      'external-data',
      say('command.orManifestsOnly', { message: thrown.said ?? thrown.message }),
      thrown.place,
    );
  }
}
