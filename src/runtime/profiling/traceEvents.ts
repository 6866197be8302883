import { StringDecoder } from 'node:string_decoder';
import { openFileSource } from '../../files/fileSource';
import { readJsonText } from '../../shared/documents/jsonText';
import { say } from '../../shared/messages/say';
import { parsedJson } from '../../shared/parsedJson';
import { DnnSplitError } from '../../shared/work/errors';

/** One operator's execution in an ONNX Runtime profile, or one run of the whole model. Times are in microseconds. */
export interface TraceEvent {
  readonly kind: 'kernel' | 'run';
  /** The node's name as ONNX Runtime knows it; empty for a run. */
  readonly name: string;
  readonly op: string;
  /** Index of the node in ONNX Runtime's graph; none in traces of old versions. */
  readonly index: number | undefined;
  readonly provider: string;
  readonly thread: string;
  readonly start: number;
  readonly duration: number;
}

const chunkBytes = 1024 * 1024;
const kernelSuffix = '_kernel_time';
/** A file on a single line beyond this size is not a trace that ONNX Runtime wrote. */
const longestLine = 256 * 1024 * 1024;

/**
 * Reads the events of an ONNX Runtime profile (Chrome trace events, one a line as ONNX Runtime writes them, or as one
 * JSON document). A last line that is cut off is left out: the program may have been ended while it wrote.
 * @throws DnnSplitError `invalid-profile` that names line and column, `file-system`
 */
export function* readTraceEvents(path: string): Generator<TraceEvent> {
  let lineNumber = 0;
  let hasEvents = false;
  for (const { text, isLast } of lines(path)) {
    lineNumber++;
    const trimmed = text.trim().replace(/^\uFEFF/, '');
    const body = trimmed.replace(/,$/, '');
    if (body === '' || body === '[' || body === ']') continue;
    const parsed = parsedJson(body);
    if (parsed === undefined && !hasEvents) {
      yield* eventsOfDocument(path);
      return;
    }
    if (parsed === undefined && !isLast) {
      const column = text.indexOf(trimmed.charAt(0)) + 1;
      throw invalid(path, `${path}:${lineNumber}:${column}: this line is no trace event`);
    }
    for (const entry of entriesOf(parsed)) {
      hasEvents = true;
      const event = traceEvent(entry);
      if (event !== undefined) yield event;
    }
  }
}

/** A trace that is not laid out one event a line. */
function* eventsOfDocument(path: string): Generator<TraceEvent> {
  const text = [...lines(path)].map((line) => line.text).join('\n');
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw invalid(path, `${path}:${placeOf(text)}: this is not JSON`);
  }
  for (const entry of entriesOf(document)) {
    const event = traceEvent(entry);
    if (event !== undefined) yield event;
  }
}

function invalid(path: string, what: string): DnnSplitError {
  const message = say('trace.invalid', { what });
  return new DnnSplitError('invalid-profile', message, { path });
}

/** Line and column at which a text stops being JSON. */
function placeOf(text: string): string {
  const { problem } = readJsonText(text, 'trace');
  const before = text.slice(0, problem?.offset ?? text.length).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** The events of a JSON value: itself, its elements, or those under `traceEvents`. */
function entriesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  const { traceEvents } = value;
  return Array.isArray(traceEvents) ? traceEvents : [value];
}

function traceEvent(value: unknown): TraceEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { cat, name, dur, ts, args } = value;
  if (typeof name !== 'string' || typeof dur !== 'number' || typeof ts !== 'number' || dur < 0) return undefined;
  const facts = isRecord(args) ? args : {};
  const event = { thread: String(value['tid']), start: ts, duration: dur, provider: text(facts['provider']) };
  if (cat === 'Session' && name === 'model_run') return { ...event, kind: 'run', name: '', op: '', index: undefined };
  if (cat !== 'Node' || !name.endsWith(kernelSuffix)) return undefined;
  const index = text(facts['node_index']);
  return {
    ...event,
    kind: 'kernel',
    name: name.slice(0, -kernelSuffix.length),
    op: text(facts['op_name']),
    index: /^\d+$/.test(index) ? Number(index) : undefined,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The lines of a file that may be larger than any string. */
function* lines(path: string): Generator<{ readonly text: string; readonly isLast: boolean }> {
  const source = openFileSource(path, 'trace');
  try {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for (let offset = 0; offset < source.size; offset += chunkBytes) {
      rest += decoder.write(Buffer.from(source.read(offset, Math.min(chunkBytes, source.size - offset))));
      const complete = rest.split('\n');
      rest = complete.pop() ?? '';
      if (rest.length > longestLine) throw invalid(path, `${path} has a line of more than ${longestLine} characters`);
      for (const line of complete) yield { text: line, isLast: false };
    }
    yield { text: rest + decoder.end(), isLast: true };
  } finally {
    source.close();
  }
}
