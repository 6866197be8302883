import type { Controller } from '../control/controller';
import type { Notice } from '../model/notice';
import { withCut } from '../model/overrides';
import type { State } from '../model/state';
import { element, withCode } from '../page/dom';
import { button } from '../page/toolkit';
import { text } from '../text/strings';
import { whenChanged } from './panel';

export interface NoticeView {
  readonly element: HTMLElement;
  update(state: State): void;
}

/** The sentence at the foot of the graph about the last thing that a person did there, with what can be done about it. */
export function createNoticeView(controller: Controller): NoticeView {
  const card = element('div', { class: 'notice', role: 'status' });
  card.hidden = true;
  const update = whenChanged(
    ({ notice }) => [notice],
    (state) => {
      const { notice } = state;
      card.hidden = notice === null;
      if (notice === null) {
        card.replaceChildren();
        return;
      }
      const dismiss = button({ label: text('notice.dismiss'), onClick: () => controller.dismiss() });
      const actions = element('div', { class: 'actions' }, ...waysOf(notice, state, controller), dismiss);
      card.replaceChildren(element('p', {}, ...withCode(sentenceOf(notice))), actions);
    },
  );
  return { element: card, update };
}

const sentenceOf = (notice: Notice) =>
  notice.kind === 'whichLink' ? text('notice.whichLink', notice.place) : notice.sentence;

function waysOf(notice: Notice, { overlay, overrides }: State, controller: Controller): HTMLElement[] {
  if (notice.kind === 'told') return [];
  if (notice.kind === 'refused') {
    return notice.waysOut.map(({ label, overrides: without }) =>
      button({
        label: text('notice.dropPin', label),
        appearance: 'primary',
        onClick: () => controller.override(without),
      }),
    );
  }
  const names = overlay?.tierNames ?? [];
  const links = names.length - 1;
  return names.slice(1).map((to, link) =>
    button({
      label: text('notice.link', names[link] ?? '', to, link + 1),
      appearance: 'primary',
      onClick: () => controller.override(withCut(overrides, links, link, notice.position)),
    }),
  );
}
