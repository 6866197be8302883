import { basename } from 'node:path';
import type { CodeLens } from 'vscode-languageserver/node';
import { modelIfThere } from '../../app/plan/planFile';
import type { Reach } from '../../files/reach';
import { parsePlan } from '../../shared/documents/parsePlan';
import { labelText } from '../../shared/escape/workbench';
import { say } from '../../shared/messages/say';
import { clientCommands, type ModelSnapshot } from '../../shared/protocol/requests';
import { costText, durationText } from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { pathToUri, tryUriToPath } from '../sessions/uris';
import { documentStart } from './places';

/** Models that are not open and yet get a lens. */
const mostClosedModels = 3;

/** Above a plan document: what it predicts, its graph, and planning again. */
export function planLenses(text: string, uri: string, path: string, reach: Reach): CodeLens[] {
  const { document } = parsePlan(text);
  if (document === undefined) return [];
  const model = modelIfThere(document, path, reach);
  const { latencyMs, costPerRequest } = document.prediction;
  const cost = unlessUnstated(document.prediction, 'costPerRequest', costText(costPerRequest), 'cost not stated');
  const lenses = [
    lens(say('lens.predicted', { latency: durationText(latencyMs), cost }).text, '', []),
    ...(model !== undefined
      ? [
          lens(say('lens.openGraph', {}).text, clientCommands.openGraph, [pathToUri(model)]),
          lens(say('action.planAgain', {}).text, clientCommands.planAgain, [uri]),
        ]
      : []),
  ];
  return lenses;
}

/** Above a configuration: each open model's predicted latency, leading to its graph, and planning again. */
export function configLenses(
  uri: string,
  modelPaths: readonly string[],
  snapshots: readonly ModelSnapshot[],
): CodeLens[] {
  const open = snapshots.map((snapshot) => {
    const name = basename(tryUriToPath(snapshot.modelUri) ?? snapshot.modelUri);
    const what = snapshot.plan === undefined ? say('lens.openGraph', {}) : durationText(snapshot.plan.latencyMs);
    return lens(say('lens.ofModel', { model: name, what }).text, clientCommands.openGraph, [snapshot.modelUri]);
  });
  const openPaths = new Set(snapshots.map(({ modelUri }) => tryUriToPath(modelUri)));
  const closed = modelPaths
    .filter((path) => !openPaths.has(path))
    .slice(0, mostClosedModels)
    .map((path) =>
      lens(
        say('lens.ofModel', { model: basename(path), what: say('lens.openGraph', {}) }).text,
        clientCommands.openGraph,
        [pathToUri(path)],
      ),
    );
  const again = open.length > 0 ? [lens(say('action.planAgain', {}).text, clientCommands.planAgain, [uri])] : [];
  return [...open, ...closed, ...again];
}

function lens(title: string, command: string, args: readonly string[]): CodeLens {
  return { range: documentStart, command: { title: labelText(title), command, arguments: [...args] } };
}
