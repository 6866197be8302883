import { text } from '../text/strings';
import type { State } from './state';

/** Where the recommended plan cuts otherwise than the shown one: the link, and the height in the scene. */
export function recommendedCuts({ scene, body, plan, list }: Pick<State, 'scene' | 'body' | 'plan' | 'list'>) {
  if (scene === null || body !== null || plan?.withoutTried === undefined) return [];
  const letters = list?.plan?.letters ?? [];
  const boundaries = list?.plan?.boundaries ?? [];
  const count = scene.nodeOfOrder.length;
  const cuts = plan.withoutTried.cuts.map((position, link) => ({ position, link }));
  const marks = cuts.flatMap(({ position, link }) => {
    if (position === null || position === count) return [];
    if (boundaries.find((boundary) => boundary.link === link)?.position === position) return [];
    const below = scene.scene.nodes[scene.nodeOfOrder[position - 1] ?? -1];
    const y = scene.cutLineByPosition.get(position) ?? (below === undefined ? undefined : below.y + below.height + 4);
    return y === undefined ? [] : [{ link, y }];
  });
  const heights = [...new Set(marks.map(({ y }) => y))];
  return heights.map((y) => {
    const links = marks.filter((mark) => mark.y === y).map(({ link }) => link);
    const names = links.map((link) => `${letters[link] ?? ''} → ${letters[link + 1] ?? ''}`);
    return { link: links[0] ?? 0, y, label: text('boundary.recommended', names.join(', ')) };
  });
}
