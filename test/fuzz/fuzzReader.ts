import { readFileSync } from 'node:fs';
import { bufferSource } from '../../src/engine/onnx/byteSource';
import { joinBytes } from '../../src/engine/onnx/joinBytes';
import { readModel } from '../../src/engine/onnx/read/readModel';
import { DnnSplitError } from '../../src/shared/work/errors';
import { CaseMeter } from './caseMeter';

/** What a fuzzing run found. */
export interface FuzzReport {
  readonly cases: number;
  readonly accepted: number;
  readonly refusals: ReadonlyMap<string, number>;
  readonly slowestMs: number;
  readonly mostHeapBytes: number;
  /** Inputs that failed with anything but a DnnSplitError: seed, case and error. */
  readonly crashes: readonly string[];
  /** Cases that took more time or memory than any may. */
  readonly excesses: readonly string[];
}

/** Hears the number of each case before it begins. */
export type Begun = (index: number) => void;

/** Whole numbers from 0 up to `below`, reproducible (xorshift32). */
export type Random = (below: number) => number;

/** The numbers of one case of a run. */
export function randomOf(seed: number, index: number): Random {
  const random = randomFrom(seed + index * 2654435761);
  for (let warm = 0; warm < 4; warm++) random(2);
  return random;
}

function randomFrom(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const interesting = [0x00, 0x01, 0x07, 0x0a, 0x0b, 0x12, 0x3a, 0x7f, 0x80, 0xff];

const flipBits: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  for (let count = 1 + random(8); count > 0; count--) {
    const at = random(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
  }
  return copy;
};

const overwrite: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  const at = random(copy.length);
  copy.fill(interesting[random(interesting.length)] ?? 0, at, at + 1 + random(12));
  return copy;
};

const cutOut: Mutation = (bytes, random) => {
  const start = random(bytes.length);
  const end = Math.min(bytes.length, start + 1 + random(64));
  return joinBytes([bytes.subarray(0, start), bytes.subarray(end)]);
};

const shorten: Mutation = (bytes, random) => bytes.slice(0, random(bytes.length));

const duplicate: Mutation = (bytes, random) => {
  const start = random(bytes.length);
  const part = bytes.subarray(start, start + 1 + random(512));
  const at = random(bytes.length);
  return joinBytes([bytes.subarray(0, at), part, bytes.subarray(at)]);
};

/** Makes a length or number near the place huge. */
const hugeVarint: Mutation = (bytes, random) => {
  const at = random(bytes.length);
  const varint = Uint8Array.from([...new Array(1 + random(10)).fill(0xff), 0x01]);
  return joinBytes([bytes.subarray(0, at), varint, bytes.subarray(at + 1)]);
};

/** Replaces the inside of a field by fields of other messages, its length prefixes kept right. */
const spliceField: Mutation = (bytes, random) => {
  const fields = fieldsOf(bytes, 0, bytes.length, 4);
  const target = fields[random(fields.length)];
  const donor = fields[random(fields.length)];
  if (!target || !donor) return bytes;
  return replaceInside(bytes, target, bytes.subarray(donor.start, donor.end));
};

/** Repeats a field inside of itself, to nest deeper than files do. */
const nest: Mutation = (bytes, random) => {
  const fields = fieldsOf(bytes, 0, bytes.length, 4);
  let result: Uint8Array = bytes;
  for (let depth = random(6); depth >= 0; depth--) {
    const target = fields[random(fields.length)];
    if (!target) continue;
    result = replaceInside(bytes, target, result.subarray(0, Math.min(result.length, 60_000)));
  }
  return result;
};

const mutations: readonly Mutation[] = [flipBits, overwrite, cutOut, shorten, duplicate, hugeVarint, spliceField, nest];

interface FoundField {
  readonly start: number;
  readonly end: number;
  /** Positions of the length prefixes around it, outermost first: offset of the length, of the value, and of its end. */
  readonly around: readonly { readonly length: number; readonly start: number; readonly end: number }[];
}

/** Length-delimited fields that look like messages, to some depth. */
function fieldsOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  around: FoundField['around'] = [],
  found: FoundField[] = [],
): FoundField[] {
  let at = start;
  while (at < end && found.length < 4000) {
    const tag = varintAt(bytes, at);
    at = tag.next;
    const wire = tag.value & 7;
    if (wire === 0) at = varintAt(bytes, at).next;
    else if (wire === 5) at += 4;
    else if (wire === 1) at += 8;
    else if (wire === 2) {
      const length = varintAt(bytes, at);
      const valueEnd = length.next + length.value;
      if (valueEnd > end) return found;
      const inner = [...around, { length: at, start: length.next, end: valueEnd }];
      found.push({ start: length.next, end: valueEnd, around: inner });
      if (depth > 0 && length.value > 2) fieldsOf(bytes, length.next, valueEnd, depth - 1, inner, found);
      at = valueEnd;
    } else return found;
  }
  return found;
}

function varintAt(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return { value, next: at + 5 };
}

function replaceInside(bytes: Uint8Array, target: FoundField, content: Uint8Array): Uint8Array {
  let inside: Uint8Array = content;
  for (const [index, { length, end }] of [...target.around.entries()].reverse()) {
    const outer = target.around[index - 1] ?? { start: 0, end: bytes.length };
    inside = joinBytes([
      bytes.subarray(outer.start, length),
      lengthBytes(inside.length),
      inside,
      bytes.subarray(end, outer.end),
    ]);
  }
  return inside;
}

function lengthBytes(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** A file with one to three changes that know nothing of models but their fields. */
export function mutateBytes(original: Uint8Array, random: Random): Uint8Array {
  let bytes = original;
  for (let count = 1 + random(3); count > 0 && bytes.length > 0; count--) {
    bytes = mutations[random(mutations.length)]?.(bytes, random) ?? bytes;
  }
  return bytes;
}

/** Reads `cases` mutated models; the same seed gives the same cases. */
export function fuzzReader(
  files: readonly string[],
  cases: number,
  seed: number,
  begun: Begun = () => undefined,
): FuzzReport {
  const originals = files.map((file) => new Uint8Array(readFileSync(file)));
  const refusals = new Map<string, number>();
  const crashes: string[] = [];
  const meter = new CaseMeter();
  let accepted = 0;
  for (let index = 0; index < cases; index++) {
    begun(index);
    const random = randomOf(seed, index);
    const bytes = mutateBytes(originals[index % originals.length] ?? new Uint8Array(0), random);
    const name = `seed ${seed}, case ${index} of ${files[index % files.length]}`;
    meter.measure(name, () => {
      try {
        readModel(bufferSource(bytes));
        accepted++;
      } catch (error) {
        const key = DnnSplitError.is(error) ? error.code : 'crash';
        refusals.set(key, (refusals.get(key) ?? 0) + 1);
        if (!DnnSplitError.is(error)) crashes.push(`${name}: ${error instanceof Error ? error.stack : error}`);
      }
    });
  }
  const { slowestMs, mostHeapBytes, excesses } = meter;
  return { cases, accepted, refusals, slowestMs, mostHeapBytes, crashes, excesses };
}
