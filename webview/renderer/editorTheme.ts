import { readTheme, type Theme } from '../../src/engine/picture/displayList/theme';

/** The theme that the page shows now. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  return readTheme((name) => style.getPropertyValue(name), document.body.className);
}

/** Calls `changed` whenever the editor's theme changes. */
export function onThemeChange(changed: (theme: Theme) => void): void {
  const observer = new MutationObserver(() => changed(currentTheme()));
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
