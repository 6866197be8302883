import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { operatorCoverage } from '../../../src/engine/shapes/ops/coverage';

const root = join(import.meta.dirname, '../../..');
const { compareOperators, operatorsDocument, publishedOperators } = await import(
  pathToFileURL(join(root, 'build/coverage/document.mjs')).href
);

test('docs/operators.md says what inference knows; `npm run coverage` writes it', () => {
  const written = readFileSync(join(root, 'docs/operators.md'), 'utf8');
  expect(written).toBe(operatorsDocument(operatorCoverage(), publishedOperators()));
});

test('operators are compared by domain, whichever side knows it', () => {
  const coverage = [
    { domain: '', operators: ['Relu', 'Add', 'Old'], reasons: {} },
    { domain: 'com.example', operators: ['Own'], reasons: {} },
    { domain: 'com.vendor', operators: ['Plain'], reasons: { Sealed: 'it is sealed' } },
  ];
  const published = {
    lists: [
      {
        source: 'a list',
        domains: [
          { domain: '', operators: ['Add', 'New', 'Relu'] },
          { domain: 'ai.onnx.preview', operators: ['Next'] },
        ],
      },
      { source: 'another', domains: [{ domain: 'com.vendor', operators: ['Plain', 'Sealed'] }] },
    ],
  };
  const open = (operator: string) => ({ operator, reason: undefined });
  expect(compareOperators(coverage, published)).toEqual([
    { domain: '', known: ['Add', 'Old', 'Relu'], published: 3, missing: [open('New')], extra: ['Old'] },
    { domain: 'ai.onnx.preview', known: [], published: 1, missing: [open('Next')], extra: [] },
    { domain: 'com.example', known: ['Own'], published: undefined, missing: [], extra: [] },
    {
      domain: 'com.vendor',
      known: ['Plain'],
      published: 2,
      missing: [{ operator: 'Sealed', reason: 'it is sealed' }],
      extra: [],
    },
  ]);
  const written: string = operatorsDocument(coverage, published);
  expect(written).toContain('Compared with a list and another;');
  expect(written).toContain('Not known: Sealed (it is sealed)');
});
