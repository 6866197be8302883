import { describe, expect, it } from 'vitest';
import { readJsonText } from '../../../src/shared/documents/jsonText';
import { brokenLimit, documentLimits } from '../../../src/shared/documents/limits';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { mostProblems } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { parseProfile } from '../../../src/shared/documents/parseProfile';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('the limits of documents', () => {
  it('are about depth, wherever it is', () => {
    expect(brokenLimit(nested(documentLimits.depth)).problem).toBeUndefined();
    expect(brokenLimit(nested(documentLimits.depth + 1)).problem).toMatchObject({ offset: documentLimits.depth });
    for (const parse of [parseConfig, parsePlan, parseProfile]) {
      for (const text of ['['.repeat(1e6), nested(1e5), '{"a":'.repeat(1e5), `// [\n/* [ */${'[ '.repeat(1e5)}`]) {
        const { document, problems } = parse(text);
        expect(document).toBeUndefined();
        expect(problems).toEqual([
          expect.objectContaining({ message: expect.stringMatching(/inside of each other/), inSchema: false }),
        ]);
      }
    }
  });

  it('do not count brackets in strings and comments', () => {
    const many = '['.repeat(1000);
    for (const text of [`["${many}\\"${many}"]`, `// ${many}\n[]`, `/* ${many} */[]`, `[] // ${many}`]) {
      expect([text.slice(0, 9), brokenLimit(text).problem]).toEqual([text.slice(0, 9), undefined]);
    }
    // A string ends with its line where it is not closed, and a closed comment lets count again.
    expect(brokenLimit(`"\n${many}`).problem).toBeDefined();
    expect(brokenLimit(`/* */${many}`).problem).toBeDefined();
  });

  it('are about the number of values', () => {
    expect(brokenLimit('[1,{"a":2}]').values).toBe(4);
    const problem = readJsonText(`[${'0,'.repeat(documentLimits.values)}0]`, 'profile').problem;
    expect(problem?.message).toMatch(/1,500,000 values/);
    expect(readJsonText(' '.repeat(documentLimits.characters + 1), 'plan').problem?.message).toMatch(/32 million/);
  });
});

describe('documents with very many mistakes', () => {
  it('have the first ones told, each in a short sentence', () => {
    const unknown = Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join(',');
    const pins = Array.from({ length: 20_000 }, (_, at) => `"${'n'.repeat(200)}${at}":"nowhere"`).join(',');
    const texts = [
      `{"tiers":[{"id":"a"}],${unknown}}`,
      `{"tiers":[{"id":"a",${unknown}}]}`,
      `{"tiers":[{"id":"a"}],"constraints":{"pin":{${pins}}}}`,
      `{"tiers":[{"id":"a"}],"constraints":{"excludeTiers":[${'"b",'.repeat(20_000)}"c"]}}`,
      `{"tiers":[{"id":"a","preset":"${'x'.repeat(100_000)}","${'y'.repeat(100_000)}":1}]}`,
    ];
    for (const text of texts) {
      const { problems } = parseConfig(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThanOrEqual(mostProblems);
      for (const { message } of problems) expect(message.length).toBeLessThan(700);
    }
    expect(parseConfig(texts[0] ?? '').problems).toHaveLength(mostProblems);
  });

  it('have them told without places once their tree would be too large', () => {
    const times = Array.from({ length: documentLimits.placedValues }, (_, at) => `"n${at}":${at === 7 ? -1 : 1}`);
    const text = `{"device":"d","runtime":"r","recorded":"x","microseconds":{${times.join(',')}}}`;
    const { problems, root } = parseProfile(text);
    expect(root).toBeUndefined();
    expect(problems).toEqual([
      expect.objectContaining({ offset: 0, message: expect.stringMatching(/'microseconds\.n7' is not valid/) }),
    ]);
    expect(parseProfile(text.replace('-1', '1')).document?.device).toBe('d');
  });
});

describe('a text and its tree', () => {
  it('give the same value, whether it is plain or has comments', () => {
    const plain = '{"a":1,"b":[true,null,"\\u2028"],"a":2,"__proto__":{"x":1},"constructor":"c"}';
    const commented = plain.replace('{"a"', '{ /* c */ "a"').replace('"c"}', '"c",}');
    const values = [plain, commented].map((text) => readJsonText(text, 'plan'));
    expect(values.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(JSON.stringify(values[0]?.value)).toBe(JSON.stringify(values[1]?.value));
    expect(Object.getPrototypeOf(values[0]?.value)).toBe(Object.prototype);
    expect(values[0]?.root?.type).toBe('object');
  });
});
