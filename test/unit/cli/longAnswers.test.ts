import { expect, test } from 'vitest';
import { printJson } from '../../../src/cli/terminal/output';

function printed(value: object): readonly string[] {
  const parts: string[] = [];
  printJson({ print: (text) => parts.push(text) }, value);
  return parts;
}

/** As long as V8 says of a text that no string can hold. */
function tooLong<Value extends object>(value: Value): Value {
  const refuse = () => {
    throw new RangeError('Invalid string length');
  };
  return Object.defineProperty(value, 'toJSON', { value: refuse, enumerable: false });
}

test('what is longer than a string can be is printed in parts, as the same JSON', () => {
  const facts = { name: 'a\nb\u001b', none: undefined, count: Number.NaN, act: () => 1, lists: [[], [1, undefined]] };
  const plain = () => ({ facts, list: [facts, undefined, 3], last: {} });
  expect(printed(plain())).toHaveLength(1);
  const long = { ...plain(), list: tooLong([tooLong({ ...facts }), undefined, 3]) };
  const parts = printed(tooLong(long));
  expect(parts.length).toBeGreaterThan(8);
  expect(parts.join('\n')).toBe(printed(plain()).join('\n'));
});

test('another fault stays what it is', () => {
  const circle: Record<string, unknown> = {};
  circle['itself'] = circle;
  expect(() => printed(circle)).toThrow(TypeError);
});
