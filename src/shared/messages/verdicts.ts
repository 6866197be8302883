/** The answer in one sentence: where to split, what that gives, and how much better that is than what. */
export const verdictMessages = {
  'verdict.split': 'Split after {places}: {figure}.',
  'verdict.splitThan': 'Split after {places}: {figure}, {against}.',
  'verdict.everything': 'Do not split. Run everything on `{tier}`: {figure}.',
  'verdict.everythingThan': 'Do not split. Run everything on `{tier}`: {figure}, {against}.',
  'verdict.everythingOn': 'everything on `{tier}`',
  'verdict.bestSplit': 'the best split',
  'verdict.compared': '{times} times {word} than {than}',
  'verdict.same': 'no better than {than}',
} as const;
