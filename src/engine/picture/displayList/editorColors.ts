/** The colors of VS Code's own light and dark theme that a picture is made of, as a page of the editor has them. */
import type { PictureTheme } from '../../../shared/picture/picture';
import { readTheme, type Theme } from './theme';

const dark = {
  'editor-background': '#1f1f1f',
  'editor-foreground': '#cccccc',
  foreground: '#cccccc',
  descriptionForeground: '#9d9d9d',
  focusBorder: '#0078d4',
  'editorWidget-background': '#202020',
  'charts-red': '#f14c4c',
  'charts-blue': '#3794ff',
  'charts-yellow': '#cca700',
  'charts-orange': 'rgba(234, 92, 0, 0.33)',
  'charts-green': '#89d185',
  'charts-purple': '#b180d7',
  'terminal-ansiBlue': '#2472c8',
  'terminal-ansiMagenta': '#bc3fbc',
  'terminal-ansiGreen': '#0dbc79',
  'terminal-ansiCyan': '#11a8cd',
  'terminal-ansiYellow': '#e5e510',
  'terminal-ansiRed': '#cd3131',
  'terminal-ansiBrightMagenta': '#d670d6',
  'terminal-ansiBrightGreen': '#23d18b',
  'terminal-ansiBrightYellow': '#f5f543',
  'terminal-ansiBrightRed': '#f14c4c',
  'terminal-ansiBrightCyan': '#29b8db',
};

const light: typeof dark = {
  'editor-background': '#ffffff',
  'editor-foreground': '#3b3b3b',
  foreground: '#3b3b3b',
  descriptionForeground: '#3b3b3b',
  focusBorder: '#005fb8',
  'editorWidget-background': '#f8f8f8',
  'charts-red': '#e51400',
  'charts-blue': '#1a85ff',
  'charts-yellow': '#bf8803',
  'charts-orange': 'rgba(234, 92, 0, 0.33)',
  'charts-green': '#388a34',
  'charts-purple': '#652d90',
  'terminal-ansiBlue': '#0451a5',
  'terminal-ansiMagenta': '#bc05bc',
  'terminal-ansiGreen': '#107c10',
  'terminal-ansiCyan': '#0598bc',
  'terminal-ansiYellow': '#949800',
  'terminal-ansiRed': '#cd3131',
  'terminal-ansiBrightMagenta': '#bc05bc',
  'terminal-ansiBrightGreen': '#14ce14',
  'terminal-ansiBrightYellow': '#b5ba00',
  'terminal-ansiBrightRed': '#cd3131',
  'terminal-ansiBrightCyan': '#0598bc',
};

/** Tried in turn, so that a picture looks at home wherever it is opened. */
const fontFamily = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/** The theme of a picture that is saved without an editor's own: that of an editor in its light or dark theme. */
export function savedTheme(name: PictureTheme): Theme {
  const colors: Readonly<Record<string, string>> = { light, dark }[name];
  const variable = (full: string) => colors[full.replace('--vscode-', '')] ?? '';
  return { ...readTheme(variable, `vscode-${name}`), fontFamily };
}
