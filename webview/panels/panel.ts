import type { State } from '../model/state';

/** One tab's content. It is only asked to update while it is shown. */
export interface Panel {
  readonly element: HTMLElement;
  update(state: State): void;
}

/** Runs `build` again only when one of the parts of the state that it reads has changed. */
export function whenChanged(parts: (state: State) => readonly unknown[], build: (state: State) => void) {
  let last: readonly unknown[] | undefined;
  return (state: State): void => {
    const now = parts(state);
    if (last?.every((part, index) => part === now[index])) return;
    last = now;
    build(state);
  };
}
