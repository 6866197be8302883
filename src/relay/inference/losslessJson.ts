import { parse } from 'lossless-json';

/** An integer of so many digits may not fit a JavaScript number exactly. It may lie inside of a string, which only costs time. */
const longInteger = /(?:^|[[,:\s-])\d{16,}\s*(?:[,\]}]|$)/;

/** Parses JSON; integers beyond 2^53 become bigints, so that no digit is lost. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return longInteger.test(text) ? parse(text, undefined, { parseNumber: numberOrBigInteger }) : JSON.parse(text);
}

function numberOrBigInteger(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
