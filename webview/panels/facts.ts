import { type Content, element } from '../page/dom';

export type Fact = readonly [label: string, value: Content];

/** Texts that are longer than this read better from the left. */
const longestFigure = 32;

/** Names and values in two columns, figures at the right. */
export function factList(facts: readonly Fact[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([label, value]) => {
      const isLong = typeof value === 'string' && value.length > longestFigure;
      return [element('dt', {}, label), element('dd', isLong ? { class: 'long' } : {}, value)];
    }),
  );
}
