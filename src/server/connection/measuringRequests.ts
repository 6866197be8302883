import { measureHere, measureWayFromHere } from '../../app/measure/measureHere';
import { linkFacts } from '../../app/measure/measureLink';
import { measureFolder, measureLinkThere, measureThere } from '../../app/measure/measureModel';
import type { MeasuredWhere } from '../../app/measure/measureTiers';
import type { MeasuringRuns } from '../../app/measure/measuringOrder';
import { remoteHost } from '../../app/push/remoteHost';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import type { MeasuredProfile, ServerRequests } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import { uriToPath } from '../sessions/uris';
import type { RequestHandlers } from './customRequests';
import { type DeploymentServices, programRun } from './deploymentRequests';

type MeasuringMethod =
  | 'dnnsplit/measureModel'
  | 'dnnsplit/measureLink'
  | 'dnnsplit/measureWay'
  | 'dnnsplit/measuredDevices'
  | 'dnnsplit/calibrate';

/** As relays serve it, on one thread as `run --report` does. */
const asServed: MeasuringRuns = { runs: 20, warmup: 3, threads: 1, optimization: 'all' };

/** The answers to everything that measures where a model runs. */
export function measuringRequests(services: DeploymentServices): Pick<RequestHandlers, MeasuringMethod> {
  return {
    'dnnsplit/measureModel': (params, signal) => measureModel(services, params, signal),
    'dnnsplit/measureLink': async ({ host: destination, isLower, token }, signal) => {
      const host = remoteHost(destination);
      const { program, onProgress } = programRun(
        services,
        token,
        say('stage.measuringLink', shown(destination)).text,
        signal,
      );
      onProgress(0);
      return linkFacts(await measureLinkThere({ host, program, folder: measureFolder, keeps: false, signal }), isLower);
    },
    'dnnsplit/measureWay': ({ address, accessToken, token }, signal) => {
      const stage = say('stage.measuringLink', shown(address)).text;
      const run = programRun(services, token, stage, signal);
      run.onProgress(0);
      return measureWayFromHere(address, accessToken, run);
    },
    'dnnsplit/measuredDevices': ({ modelUri }, signal) =>
      services.workers.analysis.call('measuredDevices', { modelPath: uriToPath(modelUri) }, { signal }),
    'dnnsplit/calibrate': ({ modelUri, tier, device, token }, signal) => {
      const onProgress = (stage: string, fraction: number | null) => services.progress(token, stage, fraction);
      onProgress(say('stage.fitting', {}).text, null);
      return services.workers.analysis.call(
        'calibrate',
        { modelPath: uriToPath(modelUri), tier, device },
        { signal, onProgress },
      );
    },
  };
}

/** Where optimization leaves no names to go by, the graph runs as it is written. */
async function measureModel(
  services: DeploymentServices,
  params: ServerRequests['dnnsplit/measureModel']['params'],
  signal: AbortSignal,
): Promise<MeasuredProfile> {
  try {
    return await measureWith(services, params, asServed, signal);
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'invalid-profile') || thrown.said?.id !== 'profile.renamed') throw thrown;
    const measured = await measureWith(services, params, { ...asServed, optimization: 'disabled' }, signal);
    return { ...measured, warnings: [say('profile.asWritten', {}).text, ...measured.warnings] };
  }
}

async function measureWith(
  services: DeploymentServices,
  { modelUri, tier, host, packageFolder, token }: ServerRequests['dnnsplit/measureModel']['params'],
  runs: MeasuringRuns,
  signal: AbortSignal,
): Promise<MeasuredProfile> {
  const { analysis } = services.workers;
  const modelPath = uriToPath(modelUri);
  const model = await analysis.call('measurable', { modelPath }, { signal });
  const stage = host === null ? say('stage.measuring', {}) : say('stage.measuringThere', shown(host));
  const run = programRun(services, token, stage.text, signal);
  const measureOn = async (destination: string) => {
    const there = { host: remoteHost(destination), folder: measureFolder, keeps: false, order: runs };
    return (await measureThere(model, { ...there, ...run })).answer;
  };
  const answer = await (host === null
    ? measureHere(model, { runs, runtimeFolder: packageFolder }, run)
    : measureOn(host));
  const where: MeasuredWhere = {
    destination: host ?? tier,
    recorded: new Date().toISOString().slice(0, 10),
    threads: runs.threads,
    optimization: runs.optimization,
  };
  return await analysis.call('profile', { modelPath, tier, where, answer }, { signal });
}

function shown(host: string) {
  return { host: visibleText(host) };
}
