import type { SearchHit } from '../../src/shared/protocol/requests';
import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { keepFocus } from '../page/keepFocus';
import { on, patch } from '../page/patch';
import { text } from '../text/strings';
import { whenChanged } from './panel';

export interface SearchResults {
  readonly element: HTMLElement;
  update(state: State): void;
  focusFirst(): void;
}

/** The list of matches below the search field. */
export function createSearchResults(controller: Controller, leave: () => void): SearchResults {
  const list = element('ul', { class: 'results', 'aria-label': text('search.results') });
  const count = element('p', { class: 'hint', role: 'status' });
  const root = element('div', { class: 'search-results' }, count, list);
  root.hidden = true;

  const move = (from: HTMLElement, by: number) => {
    const all = [...list.querySelectorAll<HTMLElement>('button')];
    all[Math.max(0, Math.min(all.length - 1, all.indexOf(from) + by))]?.focus();
  };
  list.addEventListener('keydown', (event) => {
    if (!(event.target instanceof HTMLElement)) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.target, event.key === 'ArrowDown' ? 1 : -1);
    }
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
  });

  const item = (hit: SearchHit) => {
    const button = element(
      'button',
      { type: 'button', class: 'result' },
      element('span', { class: 'result-label' }, hit.label),
      element('span', { class: 'dimmed' }, `${hit.op} · ${hit.detail}`),
    );
    on(button, 'click', () => {
      controller.select([hit.nodeId]);
      leave();
    });
    return element('li', { 'data-key': hit.nodeId }, button);
  };

  return {
    element: root,
    update: whenChanged(
      ({ search }) => [search],
      ({ search }) => {
        root.hidden = search === null;
        if (search === null) return;
        const { query, hits } = search;
        count.replaceChildren(hits.length === 0 ? text('search.none', query) : text('search.count', hits.length));
        keepFocus(root, () => patch(list, hits.map(item)));
      },
    ),
    focusFirst: () => list.querySelector<HTMLElement>('button')?.focus(),
  };
}
