/** Files that a report of a plan can be written as, by their ending. */
export const handoverFormats = ['html', 'md'] as const;
export type HandoverFormat = (typeof handoverFormats)[number];
