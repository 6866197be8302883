import type { PlanReport } from '../reports/reports';
import { durationText } from '../vocabulary/quantities';

/**
 * What a plan's latency adds up from, in the order in which it passes: what tiers compute, what goes up each link, and the
 * way back of the answer, `37.0 ms device + 18.0 ms link + 200 µs edge + 300 µs back`. Nothing for a single part.
 * @param words for a link and for the way back, in the reader's language.
 */
export function latencyPartsText(
  { tiers, links }: Pick<PlanReport, 'tiers' | 'links'>,
  words: { readonly link: string; readonly back: string } = { link: 'link', back: 'back' },
): string | undefined {
  const parts = tiers.flatMap(({ id, nodes, computeMs }, k) => {
    const link = links[k];
    return [
      ...(nodes > 0 ? [`${durationText(computeMs)} ${id}`] : []),
      ...(link !== undefined && link.transferMs > 0 ? [`${durationText(link.transferMs)} ${words.link}`] : []),
    ];
  });
  const backMs = links.reduce((sum, { answerMs = 0 }) => sum + answerMs, 0);
  const all = backMs > 0 ? [...parts, `${durationText(backMs)} ${words.back}`] : parts;
  return all.length > 1 ? all.join(' + ') : undefined;
}

/** Time of a link up, and of the answer down where there is any: `18.0 ms + 300 µs back`. */
export function linkTimeText(transferMs: number, answerMs = 0, back = 'back'): string {
  return answerMs > 0 ? `${durationText(transferMs)} + ${durationText(answerMs)} ${back}` : durationText(transferMs);
}
