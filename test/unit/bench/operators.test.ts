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
    { domain: '', operators: ['Relu', 'Add', 'Old'] },
    { domain: 'com.example', operators: ['Own'] },
  ];
  const published = {
    source: 'a list',
    domains: [
      { domain: '', operators: ['Add', 'New', 'Relu'] },
      { domain: 'ai.onnx.preview', operators: ['Next'] },
    ],
  };
  expect(compareOperators(coverage, published)).toEqual([
    { domain: '', known: ['Add', 'Old', 'Relu'], published: 3, missing: ['New'], extra: ['Old'] },
    { domain: 'ai.onnx.preview', known: [], published: 1, missing: ['Next'], extra: [] },
    { domain: 'com.example', known: ['Own'], published: undefined, missing: [], extra: [] },
  ]);
});
