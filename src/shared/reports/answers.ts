/** Where an output is wanted: on the first tier, by the caller, or where it is made. */
export const answerPlaces = ['returned', 'stays'] as const;
export type AnswerPlace = (typeof answerPlaces)[number];
