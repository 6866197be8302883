import { type Figures, figuresOf } from './metrics';

/** Figures that are 0 where nobody states what they count: not known, and no zero. */
export const unstatedFigures = ['costPerRequest', 'energyJ'] as const;
export type UnstatedFigure = (typeof unstatedFigures)[number];

/** Figures, and which of them nobody states. */
export interface StatedFigures extends Figures {
  readonly unstated?: readonly UnstatedFigure[];
}

/** The figures alone of something that has them, and which of them nobody states. */
export function statedFiguresOf(source: StatedFigures): StatedFigures {
  return { ...figuresOf(source), ...(source.unstated && { unstated: source.unstated }) };
}

/** The text of a figure, or the words for one that is 0 because nobody states what it counts. */
export function unlessUnstated(
  source: { readonly unstated?: readonly string[] | undefined },
  figure: string,
  text: string,
  words = 'not stated',
): string {
  return source.unstated?.includes(figure) ? words : text;
}
