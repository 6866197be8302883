import { fillPlaces } from '../../../shared/messages/message';

/** The words of a picture in English; the page of the graph lays those of its language over them. */
export const pictureTexts = {
  'metric.time': 'Time',
  'metric.macs': 'MACs',
  'metric.bytes': 'Output bytes',
  'metric.weights': 'Weights',
  'legend.log.time': 'Time, log',
  'legend.log.macs': 'MACs, log',
  'legend.log.bytes': 'Output, log',
  'legend.log.weights': 'Weights, log',
  'legend.measured': 'ring: measured',
  'legend.data': '{0} of {1|# node|# nodes}',
  'boundary.tensors': '{0|# tensor|# tensors}',
} as const;

export type PictureTextKey = keyof typeof pictureTexts;

/** The text of a key with `{0}`, `{1|# node|# nodes}`, ... replaced by `values`. */
export type PictureText = (key: PictureTextKey, ...values: readonly (string | number)[]) => string;

/** The words in the language of `table`, in English where it has none. */
export function pictureText(table: Readonly<Record<string, string>> = {}): PictureText {
  return (key, ...values) => fillPlaces(table[key] ?? pictureTexts[key], ...values);
}
