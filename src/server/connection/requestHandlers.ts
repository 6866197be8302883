import type { Connection } from 'vscode-languageserver/node';
import { isGovernedBy } from '../../app/model/governedModels';
import { handoverText } from '../../app/plan/handoverText';
import { planPage } from '../../app/plan/planPage';
import type { ServerRequests } from '../../shared/protocol/requests';
import { documentKind } from '../language/documentKind';
import type { Scenes } from '../sessions/scenes';
import type { Sessions } from '../sessions/sessions';
import { uriToPath } from '../sessions/uris';
import type { Workers } from '../workers/workers';
import { notify, type RequestHandlers } from './customRequests';
import { type DeploymentServices, deploymentRequests } from './deploymentRequests';
import { measuringRequests } from './measuringRequests';
import { pictureOf } from './picture';

interface Services {
  readonly connection: Connection;
  readonly sessions: Sessions;
  readonly scenes: Scenes;
  readonly workers: Workers;
  /** Folder of the product's programs. */
  readonly programFolder: string;
}

/** The answers to every custom request. */
export function requestHandlers(services: Services): RequestHandlers {
  const { connection, sessions, scenes, workers, programFolder } = services;
  const { analysis } = workers;
  const onProgress = (token: string) => (stage: string, fraction: number | null) =>
    notify(connection, 'dnnsplit/progress', { token, stage, fraction });
  const running: DeploymentServices = {
    sessions,
    workers,
    programFolder,
    progress: (token, stage, fraction) => onProgress(token)(stage, fraction),
  };
  return {
    'dnnsplit/open': ({ modelUri, token, picture }, signal) => {
      // A name that is none is refused before anything has begun.
      const path = uriToPath(modelUri);
      const opening = sessions.open(modelUri, { token, signal });
      // The picture comes before the plan: its layout goes on in a thread of its own while the other one plans.
      if (picture) {
        const options = { signal, onProgress: onProgress(token) };
        sessions.require(modelUri).compareAfter(scenes.begin(path, picture.folded, options));
      }
      return opening;
    },
    'dnnsplit/close': ({ modelUri }) => {
      sessions.close(modelUri);
      scenes.forget(uriToPath(modelUri));
      return null;
    },
    'dnnsplit/override': ({ modelUri, overrides }, signal) =>
      sessions.require(modelUri).override(overrides, { signal }),
    'dnnsplit/scene': ({ modelUri, folded, body, token }, signal) => {
      const path = uriToPath(modelUri);
      const options = { signal, onProgress: onProgress(token) };
      const layOut = () =>
        body === undefined ? scenes.layOut(path, folded, options) : scenes.layOutBody(path, body, folded, options);
      return sessions.find(path)?.ahead(layOut) ?? layOut();
    },
    'dnnsplit/overlay': ({ modelUri }, signal) =>
      analysis.call('overlay', sessions.require(modelUri).request, { signal }),
    'dnnsplit/preview': ({ modelUri, overrides }, signal) => {
      const session = sessions.require(modelUri);
      return session.ahead(() => analysis.call('preview', { modelPath: session.modelPath, overrides }, { signal }));
    },
    'dnnsplit/compare': ({ modelUri, strategy }, signal) => {
      const session = sessions.require(modelUri);
      return session.ahead(() => analysis.call('compare', { ...session.request, strategy }, { signal }));
    },
    'dnnsplit/regions': ({ modelUri, links }, signal) => sessions.require(modelUri).regions(links, signal),
    'dnnsplit/picture': async (params, signal) => ({ content: await pictureOf(params, services, signal) }),
    'dnnsplit/nodeData': ({ modelUri, file }, signal) => {
      const { request } = sessions.require(modelUri);
      return analysis.call('nodeData', { ...request, file }, { signal });
    },
    'dnnsplit/nodeDataText': async ({ modelUri, subject }, signal) => {
      const { request } = sessions.require(modelUri);
      return { text: await analysis.call('nodeDataText', { ...request, subject }, { signal }) };
    },
    'dnnsplit/report': async ({ modelUri, format }, signal) => {
      const { request } = sessions.require(modelUri);
      const { made, overlay } = await analysis.call('handover', request, { signal });
      const scene = await scenes.layOut(uriToPath(modelUri), null, { signal });
      return { text: handoverText(made, format, scene, overlay) };
    },
    'dnnsplit/planPage': ({ plan, older }) => ({ html: planPage(plan, older) }),
    'dnnsplit/nodeDetails': ({ modelUri, nodeId }, signal) => {
      const session = sessions.require(modelUri);
      return session.ahead(() => analysis.call('nodeDetails', { ...session.request, nodeId }, { signal }));
    },
    'dnnsplit/search': ({ modelUri, query, limit }, signal) => {
      const session = sessions.require(modelUri);
      return session.ahead(() => analysis.call('search', { ...session.request, query, limit }, { signal }));
    },
    'dnnsplit/exportPlan': async ({ modelUri, planUri }, signal) => {
      const request = requestFor(sessions, uriToPath(modelUri));
      return { text: await analysis.call('planText', { ...request, planPath: uriToPath(planUri) }, { signal }) };
    },
    'dnnsplit/planAgain': ({ sourceUri }, signal) => planAgain({ sessions, workers }, sourceUri, signal),
    'dnnsplit/tool': ({ tool, input, rootUris, writableUris }, signal) =>
      analysis.call(
        'tool',
        { tool, input, roots: rootUris.map(uriToPath), writable: writableUris.map(uriToPath) },
        { signal },
      ),
    ...deploymentRequests(running),
    ...measuringRequests(running),
  };
}

type PlanningServices = Pick<Services, 'sessions' | 'workers'>;

/** An open model is planned with its overrides, any other by its files alone. */
function requestFor(sessions: Sessions, modelPath: string) {
  return sessions.find(modelPath)?.request ?? { modelPath, overrides: {} };
}

async function planAgain(
  { sessions, workers }: PlanningServices,
  sourceUri: string,
  signal: AbortSignal,
): Promise<ServerRequests['dnnsplit/planAgain']['result']> {
  const path = uriToPath(sourceUri);
  if (documentKind(path) === 'plan') {
    const text = await workers.analysis.call('planTextAgain', { planPath: path }, { signal });
    return { text, modelUris: [] };
  }
  const chosen = sessions.all.filter(({ modelPath }) => modelPath === path || isGovernedBy(modelPath, path));
  for (const session of chosen) session.refresh();
  await Promise.all(chosen.map((session) => session.settled({ signal })));
  return { text: null, modelUris: chosen.map(({ snapshot }) => snapshot.modelUri) };
}
