import { describe, expect, it } from 'vitest';
import { nearestWord } from '../../../src/shared/documents/nearest';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { parseProfile } from '../../../src/shared/documents/parseProfile';
import { DnnSplitError } from '../../../src/shared/work/errors';

const sound = `{
  // comments and trailing commas are fine
  "tiers": [{ "id": "device", "preset": "jetson-nano" }, { "id": "cloud", "gflops": 1000 },],
  "links": [{ "bandwidthMbps": 20 }],
}`;

/** The first problem of a text, with the part of the text that it marks. */
function firstProblem(text: string) {
  const [problem] = parseConfig(text).problems;
  if (problem === undefined) throw new Error('no problem found');
  return { ...problem, marked: text.slice(problem.offset, problem.offset + problem.length) };
}

describe('a configuration', () => {
  it('may have comments and trailing commas', () => {
    const { document, problems } = parseConfig(sound);
    expect(problems).toEqual([]);
    expect(document?.tiers.map(({ id }) => id)).toEqual(['device', 'cloud']);
  });

  it.each([
    ['', /empty/],
    ['   \n', /empty/],
    ['{ "tiers": [', /missing|expected/],
    ['{ tiers: [] }', /double quotes/],
    ['[]', /The document must be an object, not an array\./],
    ['{}', /'tiers' is missing\./],
    ['{ "tiers": [] }', /'tiers' must have at least 1 entry\./],
    ['{ "tiers": [{ "id": 7 }] }', /'tiers\[0\]\.id' must be a string, not 7\./],
    ['{ "tiers": [{ "id": "a", "gflops": -1 }] }', /'tiers\[0\]\.gflops' must be more than 0\./],
    ['{ "tiers": [{ "id": "a", "replicas": 1.5 }] }', /'tiers\[0\]\.replicas' must be a whole number, not 1\.5\./],
    [
      '{ "tiers": [{ "id": "a" }], "objective": "latancy" }',
      /'objective' cannot be 'latancy'; did you mean 'latency'\?/,
    ],
    [
      '{ "tiers": [{ "id": "a" }], "objective": { "speed": 1 } }',
      /Unknown property 'speed'; it can be latency, cost, energy/,
    ],
  ])('%j says one sentence', (text, sentence) => {
    const { problems, document } = parseConfig(text);
    expect(document).toBeUndefined();
    expect(problems[0]?.message).toMatch(sentence);
    expect(problems[0]?.message).not.toMatch(/\n|undefined|Invalid input/);
  });

  it('marks an unknown property by its name and offers the nearest one', () => {
    const text = '{\n  "tiers": [{ "id": "a", "gflop": 5 }]\n}';
    const problem = firstProblem(text);
    expect(problem.message).toBe("Unknown property 'gflop'; did you mean 'gflops'?");
    expect(problem.marked).toBe('"gflop"');
    expect([problem.line, problem.column]).toEqual([1, 25]);
    expect(problem.inSchema).toBe(true);
  });

  it('lists what there is where nothing is near', () => {
    expect(firstProblem('{ "tiers": [{ "id": "a" }], "links": [{ "zzzzzzzz": 1 }] }').message).toMatch(
      /it can be preset, bandwidthMbps/,
    );
  });

  it.each([
    [sound.replace('"links": [', '"links": [{}, '), 'links', /2 tiers need 1 link,.* but there are 2/],
    [sound.replace('"cloud"', '"device"'), 'device', /two tiers named 'device'/],
    [sound.replace('"links"', '"constraints": { "pin": { "x": "sky" } }, "links"'), 'sky', /no tier 'sky' to pin/],
    [
      sound.replace('"links"', '"constraints": { "excludeTiers": ["sky"] }, "links"'),
      'sky',
      /no tier 'sky' to exclude/,
    ],
  ])('finds what no schema can say', (text, marked, sentence) => {
    const problem = firstProblem(text);
    expect(problem.message).toMatch(sentence);
    expect(problem.inSchema).toBe(false);
    if (marked !== 'links') expect(problem.marked).toContain(marked);
  });

  it('becomes an error with file, line and column', () => {
    const parse = () => requireDocument(parseConfig('{\n "tiers": 3 }'), 'invalid-config', '/w/dnnsplit.json');
    expect(parse).toThrow(DnnSplitError);
    expect(parse).toThrow(/^\/w\/dnnsplit\.json:2:11: 'tiers' must be an array, not 3\.$/);
  });

  it('takes 0 for a dimension, such as a cache before its first token, and nothing below', () => {
    const withPast = (size: number) => `{ "tiers": [{ "id": "a" }], "dimensions": { "past": ${size} } }`;
    expect(parseConfig(withPast(0)).document?.dimensions).toEqual({ past: 0 });
    expect(firstProblem(withPast(-1)).message).toBe("'dimensions.past' must be at least 0.");
  });

  it('takes names that are special in JavaScript as names, and lets none reach a prototype', () => {
    const text = '{ "tiers": [{ "id": "a" }], "dimensions": { "__proto__": 3, "constructor": 4 } }';
    const dimensions = parseConfig(text).document?.dimensions ?? {};
    expect(Object.entries(dimensions)).toContainEqual(['constructor', 4]);
    expect(Object.getPrototypeOf(dimensions)).toBe(Object.prototype);
  });
});

describe('other documents', () => {
  it('name what is wrong with a profile', () => {
    expect(parseProfile('{ "device": "x", "runtime": "y", "recorded": "z" }').problems[0]?.message).toBe(
      "'microseconds' is missing.",
    );
    expect(
      parseProfile('{ "device": "x", "runtime": "y", "recorded": "z", "microseconds": { "a": -1 } }').problems[0]
        ?.message,
    ).toBe("'microseconds.a' must be at least 0.");
  });

  it('refuse a plan of another format', () => {
    const messages = parsePlan('{ "format": "other", "formatVersion": 2 }').problems.map(({ message }) => message);
    expect(messages).toContain("'format' cannot be 'other'; it can be dnnsplit.splitplan.");
    expect(messages.length).toBeGreaterThan(2);
  });
});

describe('the nearest word', () => {
  it.each([
    ['bandwithMbps', 'bandwidthMbps'],
    ['LATENCY', 'latency'],
    ['gflosp', 'gflops'],
  ])('%s -> %s', (word, meant) => {
    expect(nearestWord(word, ['latency', 'gflops', 'bandwidthMbps', 'watts'])).toBe(meant);
  });

  it('is nothing when all are far', () => {
    expect(nearestWord('zebra', ['latency', 'gflops'])).toBeUndefined();
  });
});
