import type { Controller } from '../control/controller';
import { pathBeside } from '../model/openBody';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { formatCount } from '../text/format';
import { text } from '../text/strings';
import { whenChanged } from './panel';

export interface Breadcrumb {
  readonly element: HTMLElement;
  update(state: State): void;
}

/** The way from the model to the graph inside of a node that is shown; hidden while the model's own is. */
export function createBreadcrumb(controller: Controller): Breadcrumb {
  const way = element('ol', {});
  const root = element('nav', { class: 'breadcrumb', 'aria-label': text('body.way') }, way);
  root.hidden = true;
  const update = whenChanged(
    ({ body, modelName }) => [body, modelName],
    ({ body, modelName }) => {
      root.hidden = body === null;
      const path = body?.path ?? [];
      const home = crumb(modelName, false, () => controller.showBody([]));
      home.title = text('body.back');
      const steps = path.flatMap((step, depth) => [
        element('li', { class: 'owner' }, step.label),
        element(
          'li',
          {},
          ...step.bodies.map((inside) =>
            crumb(
              inside.name,
              depth === path.length - 1 && inside.id === step.bodyId,
              () => controller.showBody(pathBeside(path, depth, inside)),
              text('body.nodes', formatCount(inside.nodes)),
            ),
          ),
        ),
      ]);
      way.replaceChildren(element('li', {}, home), ...steps);
    },
  );
  return { element: root, update };
}

function crumb(label: string, isShown: boolean, open: () => void, title = ''): HTMLElement {
  const button = element('button', { type: 'button', class: 'crumb', title }, label);
  if (isShown) button.setAttribute('aria-current', 'true');
  button.addEventListener('click', open);
  return button;
}
