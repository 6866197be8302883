import { describe, expect, it } from 'vitest';
import { modelRows } from '../../../src/extension/tree/modelRows';
import type { TreeRow } from '../../../src/extension/tree/row';
import { ShownRows } from '../../../src/extension/tree/shownRows';
import { untranslated } from '../../../src/extension/window/text';
import { plan, readySnapshot } from './fixtures';

const row = (id: string, label: string, children: readonly TreeRow[] = [], tooltip = ''): TreeRow => ({
  id,
  label,
  description: '',
  icon: 'info',
  kind: 'fact',
  tooltip: () => tooltip,
  children,
});

function changes(before: readonly TreeRow[], after: readonly TreeRow[]): string[] | undefined {
  const rows = new ShownRows();
  const show = (one: TreeRow): void => {
    rows.of(one);
    one.children.forEach(show);
  };
  rows.update(before);
  before.forEach(show);
  return rows.update(after)?.map((shown) => shown.row.id);
}

describe('the rows that the workbench is told of again', () => {
  it('are none when nothing else is said', () => {
    expect(changes([row('a', 'A', [row('a/1', '1')])], [row('a', 'A', [row('a/1', '1')])])).toEqual([]);
  });

  it('are those that changed, not the ones around them', () => {
    const tree = (text: string) => [row('a', 'A', [row('a/1', '1'), row('a/2', text)]), row('b', 'B')];
    expect(changes(tree('2'), tree('two'))).toEqual(['a/2']);
  });

  it('are those whose rows became others or whose tooltip did', () => {
    expect(
      changes([row('a', 'A'), row('b', 'B')], [row('a', 'A', [row('a/1', '1')]), row('b', 'B', [], 'new')]),
    ).toEqual(['a', 'b']);
  });

  it('are all when the roots are others', () => {
    expect(changes([row('a', 'A')], [row('a', 'A'), row('b', 'B')])).toBeUndefined();
  });

  it('stand for their row for as long as there is one of that id', () => {
    const rows = new ShownRows();
    rows.update([row('a', 'A')]);
    const shown = rows.of(row('a', 'A'));
    rows.update([row('a', 'other')]);
    expect(rows.of(row('a', 'other'))).toBe(shown);
    expect(shown.row.label).toBe('other');
    rows.update([]);
    rows.update([row('a', 'A')]);
    expect(rows.of(row('a', 'A'))).not.toBe(shown);
  });

  it('leave the candidates alone when the strategies are compared', () => {
    const rows = (strategies: typeof plan.strategies) =>
      modelRows({ ...readySnapshot(1), plan: { ...plan, strategies } }, untranslated);
    expect(changes(rows([]), rows(plan.strategies))).toEqual(['strategies']);
  });
});
