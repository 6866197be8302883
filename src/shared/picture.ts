/** What can be chosen for a picture of a graph. */

/** What the dots tell of every box: its time, its MACs, the bytes that it gives to others, its weights. */
export const heatMetrics = ['none', 'time', 'macs', 'bytes', 'weights'] as const;
export type HeatMetric = (typeof heatMetrics)[number];

/** Colors of a picture that is saved without an editor's own. */
export const pictureThemes = ['light', 'dark'] as const;
export type PictureTheme = (typeof pictureThemes)[number];
