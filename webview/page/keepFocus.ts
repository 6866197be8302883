const focusable = 'button, input, vscode-button, vscode-dropdown, [tabindex]:not([tabindex="-1"])';

const nameOf = (target: Element) => `${target.tagName} ${target.getAttribute('aria-label') ?? target.textContent}`;

/**
 * Builds the content of `root` anew without taking the keyboard's place away: the focus goes to what is called the same, or
 * else stands at the same place.
 */
export function keepFocus(root: HTMLElement, build: () => void): void {
  const before = document.activeElement;
  if (before === null || before === root || !root.contains(before)) {
    build();
    return;
  }
  const name = nameOf(before);
  const place = [...root.querySelectorAll(focusable)].indexOf(before);
  build();
  if (root.contains(document.activeElement)) return;
  const after = [...root.querySelectorAll<HTMLElement>(focusable)];
  const next = after.find((target) => nameOf(target) === name) ?? after[Math.min(Math.max(0, place), after.length - 1)];
  (next ?? root).focus({ preventScroll: true });
}
