/** Looks up a localized message and fills `{0}`, `{1}`, ...; the shape of `vscode.l10n.t`. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** A text of a table, which `translatable(...)` marks there. */
export function translated(text: string, t: Translate): string {
  return t(text);
}

/** The English messages themselves, where no workbench is at hand. */
export const untranslated: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
