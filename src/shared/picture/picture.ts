/** What can be chosen for a picture of a graph. */

/** What the dots tell of every box: its time, its MACs, the bytes that it gives to others, its weights. */
export const heatMetrics = ['none', 'time', 'macs', 'bytes', 'weights'] as const;

/** Or what a file says of it. */
export type HeatMetric = (typeof heatMetrics)[number] | 'data';

/** The metric of this name, for what comes from another process. */
export function heatMetricNamed(name: unknown): HeatMetric | undefined {
  return name === 'data' ? name : heatMetrics.find((metric) => metric === name);
}

/** Pixels per CSS pixel that a picture of pixels can have, the usual one first. */
export const pictureScales = [2, 1, 3, 4] as const;

/** What a saved drawing shows: all of the graph, all of it in columns side by side, or what is around the cut. */
export const drawingParts = ['whole', 'columns', 'cut'] as const;
export type DrawingPart = (typeof drawingParts)[number];

/** Files of drawings, which stay sharp at any size. */
export const drawingFormats = ['svg', 'pdf'] as const;
export type DrawingFormat = (typeof drawingFormats)[number];

/** Colors of a picture that is saved without an editor's own. */
export const pictureThemes = ['light', 'dark'] as const;
export type PictureTheme = (typeof pictureThemes)[number];
