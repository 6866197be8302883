import { posix } from 'node:path';
import { pictureCaption } from '../../engine/picture/displayList/caption';
import { createDisplayList, type Shown } from '../../engine/picture/displayList/displayList';
import { savedTheme } from '../../engine/picture/displayList/editorColors';
import { pictureText } from '../../engine/picture/displayList/texts';
import { pdfPicture } from '../../engine/picture/pdfPicture';
import { svgPicture } from '../../engine/picture/svgPicture';
import type { ServerRequests } from '../../shared/protocol/requests';
import type { Scenes } from '../sessions/scenes';
import type { Sessions } from '../sessions/sessions';
import { uriToPath } from '../sessions/uris';
import type { Workers } from '../workers/workers';

interface PictureServices {
  readonly sessions: Sessions;
  readonly scenes: Scenes;
  readonly workers: Workers;
}

type Wanted = ServerRequests['dnnsplit/picture']['params'];

/** A graph with its plan as a document; the inside of a node without one, which says nothing of its nodes. */
export async function pictureOf(wanted: Wanted, services: PictureServices, signal: AbortSignal): Promise<string> {
  const { modelUri, folded, theme, format = 'svg', part, body, texts } = wanted;
  const { sessions, scenes } = services;
  const path = uriToPath(modelUri);
  const name = posix.basename(decodeURIComponent(modelUri));
  const words = pictureText(texts);
  const draw = format === 'pdf' ? pdfPicture : svgPicture;
  if (body !== undefined) {
    const scene = await scenes.layOutBody(path, body, null, { signal });
    const list = createDisplayList(scene, { overlay: null, metric: wanted.metric ?? 'none' }, words);
    return draw(
      list,
      savedTheme(theme),
      part === 'cut' ? 'whole' : part,
      pictureCaption(`${name}, ${body}`, undefined),
    );
  }
  const scene = await scenes.layOut(path, folded, { signal });
  const list = createDisplayList(scene, await shownOf(wanted, services, signal), words);
  const { plan } = sessions.require(modelUri).snapshot;
  return draw(list, savedTheme(theme), part, pictureCaption(name, plan?.verdict));
}

/** What of the plan is drawn: as the page shows it. */
async function shownOf(
  { modelUri, metric = 'time', data, compare }: Wanted,
  { sessions, workers: { analysis } }: PictureServices,
  signal: AbortSignal,
): Promise<Shown> {
  const { request } = sessions.require(modelUri);
  const overlay = await analysis.call('overlay', request, { signal });
  const other = compare ? await analysis.call('compare', { ...request, strategy: compare }, { signal }) : null;
  return { overlay, metric, other: other?.overlay ?? null, data: data ?? null };
}
