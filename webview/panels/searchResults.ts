import type { SearchHit } from '../../src/protocol/requests';
import type { Controller } from '../controller';
import { element } from '../dom';
import type { SceneModel } from '../sceneModel';
import type { State } from '../state';
import { text } from '../strings';
import { whenChanged } from './panel';

/** Node of the picture that shows a hit: itself, or the fold that it lies in. */
export function shownNodeOf(hit: SearchHit, scene: SceneModel | null): string {
  if (scene === null || scene.nodeIndexById.has(hit.nodeId)) return hit.nodeId;
  return scene.scene.nodes[scene.nodeOfOrder[hit.orderIndex] ?? -1]?.id ?? hit.nodeId;
}

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

  const item = (hit: SearchHit, scene: SceneModel | null) => {
    const button = element(
      'button',
      { type: 'button', class: 'result' },
      element('span', { class: 'result-label' }, hit.label),
      element('span', { class: 'dimmed' }, `${hit.op} · ${hit.detail}`),
    );
    button.addEventListener('click', () => {
      controller.select([shownNodeOf(hit, scene)]);
      leave();
    });
    return element('li', {}, button);
  };

  return {
    element: root,
    update: whenChanged(
      ({ search, scene }) => [search, scene],
      ({ search, scene }) => {
        root.hidden = search === null;
        if (search === null) return;
        const { query, hits } = search;
        count.replaceChildren(hits.length === 0 ? text('search.none', query) : text('search.count', hits.length));
        list.replaceChildren(...hits.map((hit) => item(hit, scene)));
      },
    ),
    focusFirst: () => list.querySelector<HTMLElement>('button')?.focus(),
  };
}
