/** Why a running chain takes another cut, as its first relay says it. */
export const switchReasons = ['bandwidth', 'lost', 'found', 'held'] as const;
export type SwitchReason = (typeof switchReasons)[number];
