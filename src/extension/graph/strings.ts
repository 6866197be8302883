/** Keys of the graph page's texts in the bundles of `l10n/` carry this prefix. */
const prefix = 'graph:';

/**
 * The page's texts in the language of the workbench. In English there is no bundle, and the page uses its own.
 * @param bundle `vscode.l10n.bundle`
 */
export function graphStrings(bundle: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bundle ?? {})
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), text]),
  );
}
