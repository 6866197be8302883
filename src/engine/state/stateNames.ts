/** How exporters mark a tensor as what an earlier call left, or as what the next call needs; the rest is the stem. */
interface Mark {
  readonly pattern: RegExp;
  /** What comes before the stem, so that caches of one kind only meet their own. */
  readonly kind?: string;
}

const cacheKind = 'past_';

/** `past_key_values.0.key`, `past_0`, `past_conv.1`; `prev_state`, `state_in`, `initial_h`; `h0`, `c_0`; `r1i`. */
const inputMarks: readonly Mark[] = [
  { pattern: /^past(?:_?key_?values?|_kv)?[._]?(.*)$/i, kind: cacheKind },
  { pattern: /^(?:prev|previous|old|input|in|initial|init)[._](.+)$/i },
  { pattern: /^(.+?)[._]?(?:input|in|prev|previous|old|initial|init)$/i },
  { pattern: /^([hc]x?)[._]?0$/i },
  { pattern: /^(r\d+)i$/ },
];

/** `present.0.key`, `new_past_0`; `new_cache_1`, `next_state`, `r_att_cache`; `state_out`, `stateN`, `h_n`; `r1o`. */
const outputMarks: readonly Mark[] = [
  { pattern: /^present(?:_?key_?values?|_kv)?[._]?(.*)$/i, kind: cacheKind },
  { pattern: /^(?:new|updated|out|output)[._]past(?:_?key_?values?|_kv)?[._]?(.*)$/i, kind: cacheKind },
  { pattern: /^(?:new|next|output|out|updated|current|cur)[._](.+)$/i },
  { pattern: /^r_(.+)$/ },
  { pattern: /^(.+?)[._]?(?:output|out|next|new|updated)$/i },
  { pattern: /^(.+?)(?:[._]n|N)$/ },
  { pattern: /^([hc]x?)n$/i },
  { pattern: /^(r\d+)o$/ },
];

/** What a name is about without its mark, and whether it has one. */
interface Stem {
  readonly stem: string;
  readonly isMarked: boolean;
}

function stemOf(name: string, marks: readonly Mark[]): Stem {
  for (const { pattern, kind = '' } of marks) {
    const rest = pattern.exec(name)?.[1];
    if (rest !== undefined) return { stem: kind + plain(rest), isMarked: true };
  }
  return { stem: plain(name), isMarked: false };
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[./:]+/g, '_');
}

/** Words that name memory; `hidden_states` are activations, which many transformers both read and return. */
const remembered =
  /^past_|^(h|c|hx|cx|r)_?\d*$|(^|_)(caches?|cached|states?|hidden|mems?|memory|rnn|lstm|gru|kv|buf(fers?)?)(_|\d|$)/;
const isActivations = /(^|_)hidden_states$/;

function isRemembered(stem: string): boolean {
  return remembered.test(stem) && !isActivations.test(stem);
}

/** Inputs and outputs whose names say that the one is what the other was in the call before. */
export function pairsByName(inputs: readonly string[], outputs: readonly string[]): (readonly [string, string])[] {
  const bySide = [stemsOf(inputs, inputMarks), stemsOf(outputs, outputMarks)] as const;
  const pairs = [...bySide[0]].flatMap(([stem, before]): (readonly [string, string])[] => {
    const after = bySide[1].get(stem);
    if (before === undefined || after === undefined || !isRemembered(stem)) return [];
    return before.isMarked || after.isMarked ? [[before.name, after.name]] : [];
  });
  // A model that reads nothing else would never be given anything.
  return pairs.length < inputs.length ? pairs : [];
}

/** Names by their stems; nothing for a stem that several share. */
function stemsOf(names: readonly string[], marks: readonly Mark[]) {
  const byStem = new Map<string, { readonly name: string; readonly isMarked: boolean } | undefined>();
  for (const name of names) {
    const { stem, isMarked } = stemOf(name, marks);
    byStem.set(stem, byStem.has(stem) ? undefined : { name, isMarked });
  }
  return byStem;
}

/** True for the cache of an attention layer, which usually grows. */
export function isCache(name: string): boolean {
  return /^past/i.test(name);
}

/** True for state that a decoder takes from an encoder once: it stays as it is. */
export function isCrossCache(name: string): boolean {
  return /encoder|cross/i.test(name);
}
