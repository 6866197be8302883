import * as z from 'zod';
import { openFileSource } from '../../files/fileSource';
import { readTextFile } from '../../files/regularFile';
import { say } from '../../shared/messages/say';
import { parsedJson } from '../../shared/parsedJson';
import { DnnSplitError } from '../../shared/work/errors';
import type { KernelTime, TraceTimes } from './kernelTimes';

/**
 * Layers of TensorRT (`trtexec --exportProfile`): how many runs there were, then each layer with its times. A layer that
 * fuses several is called after all of them, with ` + ` between.
 */
const tensorRtSchema = z.tuple(
  [z.looseObject({ count: z.number().positive() })],
  z.looseObject({
    name: z.string(),
    averageMs: z.number().nonnegative(),
    medianMs: z.number().nonnegative().optional(),
  }),
);

/** First line of a table of nodes and times. */
const tableHead = /^"?node"?,"?(microseconds|milliseconds)"?\r?\n/;
/** How TensorRT's profile begins. */
const layersHead = /^\s*\[\s*\{\s*"count"/;

/**
 * Times from files that are no traces of ONNX Runtime; nothing for a file of another kind.
 * @throws DnnSplitError `invalid-profile` for a table with a line that is none, `file-system`
 */
export function importedTimes(path: string): TraceTimes | undefined {
  if (!tableHead.test(headOf(path)) && !layersHead.test(headOf(path))) return undefined;
  const text = readTextFile(path, 'trace');
  const [, unit] = tableHead.exec(text) ?? [];
  if (unit !== undefined) return timesOf(tableRows(text, path, unit === 'milliseconds' ? 1000 : 1), 1);
  const profile = tensorRtSchema.safeParse(parsedJson(text)).data;
  if (profile === undefined) return undefined;
  const [{ count }, ...layers] = profile;
  const rows = layers.map(({ name, averageMs, medianMs = averageMs }) => [name, medianMs * 1000] as const);
  return timesOf(rows, Math.round(count));
}

/** The beginning of a file, which may be larger than any text. */
function headOf(path: string): string {
  const source = openFileSource(path, 'trace');
  try {
    const bytes = source.read(0, Math.min(source.size, 200));
    return new TextDecoder().decode(bytes).replace(/^\uFEFF/, '');
  } finally {
    source.close();
  }
}

function timesOf(rows: readonly (readonly [name: string, microseconds: number])[], runs: number): TraceTimes {
  const kernels = rows.map(([name, microseconds]): KernelTime => {
    return { name, op: '', index: undefined, provider: '', microseconds, spreadMicroseconds: 0 };
  });
  return { kernels, runs, runMicroseconds: rows.reduce((sum, [, microseconds]) => sum + microseconds, 0) };
}

/** A name, which may stand in quotes, a comma and a number; empty lines do not count. */
function tableRows(text: string, path: string, scale: number): (readonly [string, number])[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (index === 0 || line.trim() === '') return [];
    const [, quoted, plain, time] =
      /^(?:"((?:[^"]|"")*)"|([^",]*)),\s*"?(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"?\s*$/.exec(line) ?? [];
    if (time !== undefined) return [[quoted?.replaceAll('""', '"') ?? plain ?? '', Number(time) * scale] as const];
    const message = say('trace.tableLine', { path, line: index + 1 });
    throw new DnnSplitError('invalid-profile', message, { path, line: index });
  });
}
