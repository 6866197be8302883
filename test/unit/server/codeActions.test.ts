import { describe, expect, it } from 'vitest';
import { configActions } from '../../../src/server/language/codeActions';
import { deploymentTargets, targetTable } from '../../../src/shared/vocabulary/targets';

const uri = 'file:///project/dnnsplit.json';
const titles = (paths: readonly string[]) => configActions(uri, paths).map(({ title }) => title);

describe('actions on a configuration', () => {
  it('are none without a model', () => {
    expect(titles([])).toEqual([]);
  });

  it('offer every target and the split for the one model', () => {
    expect(titles(['/project/a.onnx'])).toEqual([
      ...deploymentTargets.map((target) => `Generate ${targetTable[target].label}`),
      'Export Split Models',
      'Plan Again',
    ]);
    const split = configActions(uri, ['/project/a.onnx']).find(({ title }) => title === 'Export Split Models');
    expect(split?.command).toMatchObject({
      command: 'dnnsplit.split',
      arguments: [{ sourceUri: 'file:///project/a.onnx' }],
    });
  });

  it('name the model where there are several, for a few of them', () => {
    const many = Array.from({ length: 9 }, (_, index) => `/project/${index}.onnx`);
    const offered = titles(many);
    expect(offered.slice(0, 2)).toEqual(['Generate Docker Compose for 0.onnx', 'Export Split Models for 0.onnx']);
    expect(offered).toHaveLength(11);
    expect(offered.at(-1)).toBe('Plan Again');
  });
});
