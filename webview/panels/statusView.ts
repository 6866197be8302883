import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element, setText } from '../page/dom';
import { button, progressRing } from '../page/toolkit';
import { text } from '../text/strings';

/** Work shorter than this needs no way out. */
const cancelAfterMs = 2000;

export interface StatusView {
  readonly element: HTMLElement;
  update(state: State): void;
}

/** What covers the graph while there is none: progress, failure, or that there is nothing; later a thin line on top. */
export function createStatusView(controller: Controller): StatusView {
  const stage = element('p', { class: 'stage', role: 'status' });
  const bar = element('progress', { max: '1', 'aria-label': text('state.starting') });
  const cancel = button({ label: text('state.cancel'), onClick: () => controller.cancel() });
  const file = element('strong');
  const working = element('div', { class: 'status-card' }, progressRing(), file, stage, bar, cancel);
  const sentence = element('p', { class: 'failure' });
  const failed = element(
    'div',
    { class: 'status-card', role: 'alert' },
    element('h2', {}, text('state.failed')),
    sentence,
    element(
      'div',
      { class: 'actions' },
      button({ label: text('state.again'), appearance: 'primary', onClick: () => controller.run('analyzeAgain') }),
      button({ label: text('state.showLog'), onClick: () => controller.run('showLog') }),
    ),
  );
  const empty = element('p', { class: 'status-card' }, text('state.empty'));
  const root = element('div', { class: 'status' }, working, failed, empty);
  let startedAt: number | null = null;

  const showCancel = () => {
    cancel.hidden = startedAt === null || performance.now() - startedAt < cancelAfterMs;
  };

  return {
    element: root,
    update({ modelName, scene, progress, error }) {
      const isWorking = error === null && (progress !== null || scene === null);
      if (isWorking && startedAt === null) {
        startedAt = performance.now();
        setTimeout(showCancel, cancelAfterMs + 20);
      } else if (!isWorking) {
        startedAt = null;
      }
      showCancel();
      working.hidden = !isWorking;
      failed.hidden = error === null;
      const isEmpty = error === null && progress === null && scene?.scene.nodes.length === 0;
      empty.hidden = !isEmpty;
      root.hidden = !isWorking && error === null && !isEmpty;
      root.classList.toggle('over-graph', isWorking && scene !== null);
      setText(file, modelName);
      setText(stage, progress?.stage || text('state.starting'));
      const fraction = progress?.fraction ?? null;
      bar.hidden = fraction === null;
      if (fraction !== null) bar.value = fraction;
      setText(sentence, error?.message ?? '');
    },
  };
}
