import { visibleText } from '../../shared/escape/visible';

/** What a line of the log says beside its sentence. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Writes one line. */
export type Log = (message: string, fields?: LogFields) => void;

export type LogFormat = 'text' | 'json';

/** Lines in one second beyond which they are only counted: a flood of bad requests must not fill a disk. */
const mostPerSecond = 100;

/**
 * A log that writes a line per entry.
 * @param format `json`: an object per line, for collectors
 * @param write takes one whole line
 */
export function lineLog(
  format: LogFormat,
  constant: LogFields,
  write: (line: string) => void,
  now: () => number = Date.now,
): Log {
  let second = 0;
  let written = 0;
  let dropped = 0;
  const line = (message: string, fields: LogFields) =>
    write(
      `${format === 'json' ? jsonLine(now(), message, { ...constant, ...fields }) : textLine(now(), message, fields)}\n`,
    );
  return (message, fields = {}) => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      if (dropped > 0) line('lines were left out', { lines: dropped });
      [second, written, dropped] = [current, 0, 0];
    }
    written += 1;
    if (written > mostPerSecond) dropped += 1;
    else line(message, fields);
  };
}

function jsonLine(timeMs: number, message: string, fields: LogFields): string {
  const cut = (value: string | number | boolean) => (typeof value === 'string' ? value.slice(0, longestText) : value);
  const all = { message, ...fields };
  const entries = Object.entries(all).map(([name, value]) => [name, cut(value)]);
  return JSON.stringify({ time: new Date(timeMs).toISOString(), ...Object.fromEntries(entries) });
}

function textLine(timeMs: number, message: string, fields: LogFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${plain(String(value))}`);
  return `${new Date(timeMs).toISOString()} ${oneLine(message)}${pairs.join('')}`;
}

/** A value that ends at the next space. */
function plain(value: string): string {
  const cut = value.slice(0, longestText);
  return /^[\w.:/-]+$/.test(cut) ? cut : visibleText(JSON.stringify(cut));
}

/** Longer texts, which callers may choose, are cut. */
const longestText = 4000;

/** Callers choose parts of what is written; they must not begin lines of their own. */
function oneLine(text: string): string {
  return visibleText(text.slice(0, longestText));
}
