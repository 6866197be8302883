import { fillPlaces } from '../../../shared/messages/message';
import type { OpFamily } from '../../../shared/picture/scene';

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
  'legend.operators': 'Bar: operator',
  'family.convolution': 'Convolution',
  'family.matrix': 'Matrix',
  'family.attention': 'Attention',
  'family.activation': 'Activation',
  'family.normalization': 'Normalization',
  'family.pooling': 'Pooling',
  'family.elementwise': 'Elementwise',
  'family.reduction': 'Reduction',
  'family.recurrent': 'Recurrent',
  'family.quantization': 'Quantization',
  'family.control': 'Control flow',
  'boundary.tensors': '{0|# tensor|# tensors}',
} as const;

/** The kinds of operators that have a color of their own. */
export const namedFamilies = [
  'convolution',
  'matrix',
  'attention',
  'activation',
  'normalization',
  'pooling',
  'elementwise',
  'reduction',
  'recurrent',
  'quantization',
  'control',
] as const satisfies readonly OpFamily[];
export type NamedFamily = (typeof namedFamilies)[number];

export type PictureTextKey = keyof typeof pictureTexts;

/** The text of a key with `{0}`, `{1|# node|# nodes}`, ... replaced by `values`. */
export type PictureText = (key: PictureTextKey, ...values: readonly (string | number)[]) => string;

/** The words in the language of `table`, in English where it has none. */
export function pictureText(table: Readonly<Record<string, string>> = {}): PictureText {
  return (key, ...values) => fillPlaces(table[key] ?? pictureTexts[key], ...values);
}
