/** How tiers are told apart wherever they are shown: in the tree, in the graph and in pictures of it. */

/**
 * Theme colors of tiers, in order; more tiers start over, told apart by letter and pattern. Orange comes last: dark themes
 * have it translucent, and high contrast has none.
 */
export const tierColorIds = [
  'charts.blue',
  'charts.green',
  'charts.purple',
  'charts.yellow',
  'charts.red',
  'charts.orange',
] as const;

/** Short unique letters for tiers: `device edge cloud` gives `D E C`, `edge1 edge2` gives `E1 E2`. */
export function tierLetters(names: readonly string[]): string[] {
  const attempts: ((name: string, index: number) => string)[] = [
    (name) => name.slice(0, 1),
    (name) => name.slice(0, 1) + (/\d/.exec(name)?.[0] ?? ''),
    (name) => name.slice(0, 2),
    (name, index) => name.slice(0, 1) + String(index + 1),
  ];
  return names.map((name, index) => {
    const attempt = attempts.find((letters) =>
      names.every(
        (other, at) => at === index || letters(other, at).toUpperCase() !== letters(name, index).toUpperCase(),
      ),
    );
    return (attempt ?? ((_: string, at: number) => String(at + 1)))(name, index).toUpperCase();
  });
}
