/** Numbers for reading: three significant digits, SI prefixes, the unit after a space. */

const prefixes = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** `392 kB`; decimal prefixes, as bandwidths have them. */
export function bytesText(bytes: number | null | undefined): string {
  return bytes === null || bytes === undefined ? 'unknown size' : scaled(bytes, 'B');
}

/** `11.3 GMACs`. */
export function macsText(macs: number | null | undefined): string {
  return macs === null || macs === undefined ? 'unknown MACs' : scaled(macs, 'MACs');
}

/** `60.4 M`. */
export function countText(count: number): string {
  return scaled(count, '').trimEnd();
}

/** `2.31 s`, `161 ms`, `12.0 µs`, `627 ns`. */
export function durationText(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms';
  const rounded = Number(milliseconds.toPrecision(3));
  if (rounded >= 1000) return `${threeDigits(milliseconds / 1000)} s`;
  if (rounded >= 1) return `${threeDigits(milliseconds)} ms`;
  return rounded >= 1e-3 ? `${threeDigits(milliseconds * 1e3)} µs` : `${threeDigits(milliseconds * 1e6)} ns`;
}

/** `3.20x`: how many times something is of something else. */
export function ratioText(ratio: number): string {
  return `${threeDigits(ratio)}x`;
}

/** `$20.1 per million requests`: a request costs too little for figures of its own. */
export function costText(dollarsPerRequest: number): string {
  return `${dollarsPerMillion(dollarsPerRequest)} per million requests`;
}

/** `$20.1/M`, where the place says that it is the cost of a million requests. */
export function costShortText(dollarsPerRequest: number): string {
  return dollarsPerRequest === 0 ? '$0' : `${dollarsPerMillion(dollarsPerRequest)}/M`;
}

function dollarsPerMillion(dollarsPerRequest: number): string {
  return `$${threeDigits(dollarsPerRequest * 1e6)}`;
}

/** `9.29 /s`. */
export function rateText(perSecond: number | null): string {
  return perSecond !== null && Number.isFinite(perSecond) ? `${threeDigits(perSecond)} /s` : '∞ /s';
}

/** `1.20 J`. */
export function energyText(joules: number): string {
  return `${threeDigits(joules)} J`;
}

/** `20 Mbit/s`. */
export function bandwidthText(mbps: number, digits = 3): string {
  if (mbps >= 1000) return `${trimmed(mbps / 1000, digits)} Gbit/s`;
  return mbps < 1 ? `${trimmed(mbps * 1000, digits)} kbit/s` : `${trimmed(mbps, digits)} Mbit/s`;
}

/** Both ends of a range, with as many digits, up to six, as tell them apart: `19.58 Mbit/s` and `19.61 Mbit/s`. */
export function bandwidthEnds(fromMbps: number, toMbps: number): readonly [string, string] {
  for (let digits = 3; digits < 6; digits++) {
    const [from, to] = [bandwidthText(fromMbps, digits), bandwidthText(toMbps, digits)];
    if (from !== to) return [from, to];
  }
  return [bandwidthText(fromMbps, 6), bandwidthText(toMbps, 6)];
}

/** `1x3x224x224`; `scalar` for rank 0, `?` where not even the rank is known. */
export function shapeText(shape: readonly (number | string)[] | null | undefined): string {
  if (shape === null || shape === undefined) return '?';
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** Three significant digits without an exponent; whole numbers from 1000 upwards. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return value.toFixed(Math.min(12, Math.max(0, 2 - magnitude)));
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[], word = 'and'): string {
  const last = names.at(-1) ?? '';
  return names.length <= 1 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

function scaled(value: number, unit: string): string {
  let step = 0;
  let rest = value;
  while (Math.abs(Number(rest.toPrecision(3))) >= 1000 && step < prefixes.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 && Number.isInteger(value) ? String(value) : threeDigits(rest);
  return `${digits} ${prefixes[step] ?? ''}${unit}`;
}
