/** What is wrong with a configuration, a plan or a profile, at a place of its text. */
export const documentsMessages = {
  'document.at': '{where}: {problem}',
  'document.invalid': 'This document is not valid.',
  'document.repeatedTier': "There are two tiers named '{tier}'. Give each tier its own id.",
  'document.linkCount':
    '{tiers|# tier needs|# tiers need} {needed|# link|# links}, one between each tier and the next, but there {links|is #|are #}.',
  'document.pinTier': "There is no tier '{tier}' to pin '{node}' to. Use one of: {known}.",
  'document.excludeTier': "There is no tier '{tier}' to exclude. Use one of: {known}.",
  'document.allExcluded': 'Every tier is excluded, so nothing is left to run the model on.',
  'document.planLinks': 'A plan with {tiers|# tier|# tiers} has {needed|# link|# links}, but there {links|is #|are #}.',
  'document.planLink': "This link must join '{from}' to '{to}'.",
  'document.empty': 'This {kind} is empty.',
  'document.notPlain': 'This {kind} is not plain JSON, which a file of this size must be.',
} as const;
