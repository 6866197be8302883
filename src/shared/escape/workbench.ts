import { visibleText } from './visible';

/** Text for quick picks, the status bar and lenses of VS Code, where `$(name)` would become an icon. */
export function labelText(text: string): string {
  return visibleText(text).replaceAll('$(', '\\$(');
}

/** Text for notifications of VS Code, where `[text](address)` would become a link, to commands too. */
export function notificationText(text: string): string {
  return visibleText(text).replace(/\](?=\()/g, '] ');
}
