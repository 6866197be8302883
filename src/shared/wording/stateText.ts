import type { LinkReport, TierReport } from '../reports/reports';
import type { SessionReport, StateReport } from '../reports/stateReports';
import { bytesText, counted, durationText, threeDigits } from '../vocabulary/quantities';

/** `512 tokens given, 128 generated: the first token after 1.2 s, then 45 ms per token`. */
export function sessionText({ prefillTokens, generatedTokens, firstTokenMs, perTokenMs }: SessionReport): string {
  const tokens = `${counted(prefillTokens, 'token')} given, ${generatedTokens} generated`;
  return `${tokens}: first token after ${durationText(firstTokenMs)}, then ${durationText(perTokenMs)} per token`;
}

/** `22.1 tokens/s`, of many sessions at a time. */
export function tokenRateText({ tokensPerSecond }: SessionReport): string | undefined {
  return tokensPerSecond === null ? undefined : `${threeDigits(tokensPerSecond)} tokens/s with many sessions at a time`;
}

/** `4.72 MB on edge (12 sessions fit)`, per tier that keeps state; nothing where none does. */
export function tierStateText(tiers: readonly TierReport[]): string | undefined {
  const parts = tiers.flatMap(({ id, stateBytes, sessionsThatFit: sessions }) => {
    if (stateBytes === undefined) return [];
    const fit = sessions === undefined ? '' : ` (${counted(sessions, 'session')} ${sessions === 1 ? 'fits' : 'fit'})`;
    return [`${bytesText(stateBytes)} on ${id}${fit}`];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** `24 tensors, 4.72 MB, growing with every call`. */
export function stateText(state: readonly StateReport[]): string {
  const bytes = state.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const growing = state.filter(({ growsAlong }) => growsAlong !== undefined).length;
  const growth =
    growing === 0
      ? ''
      : growing === state.length
        ? ', growing with every call'
        : `, ${growing} growing with every call`;
  return `${counted(state.length, 'tensor')}, ${bytesText(bytes)}${growth}`;
}

/** What travels over a link besides tensors: `state: stateN down`; nothing where none does. */
export function linkStateText({ state }: LinkReport): string | undefined {
  if (state === undefined) return undefined;
  const ways = [...state.up.map(({ name }) => `${name} up`), ...state.down.map(({ name }) => `${name} down`)];
  return `state: ${ways.join(', ')}`;
}
