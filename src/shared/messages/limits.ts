/** Limits that no plan keeps: what to relax, by how much, and what would do instead. */
export const limitsMessages = {
  'limits.noPlan': 'No plan',
  'limits.noSearchedPlan': 'No plan that was searched',
  'limits.memory': '{noPlan} fits into the memory of the tiers: {change}',
  'limits.memoryWithLimits': 'No plan that keeps the limits fits into the memory of the tiers: {change}',
  'limits.several': '{noPlan} keeps all constraints: {change}',
  'limits.severalNeeded': '{noPlan} keeps all constraints, and relaxing one is not enough: {change}',
  'limits.one': '{noPlan} keeps `{limit}` {bound}: {change}',
  'limits.oneOfSeveral': '{noPlan} keeps `{limit}` {bound} while the other limits hold: {change}',
  'limits.sentence': '{sentence}.',
  'limits.sentenceAt': '{sentence} at {bandwidth}.',
  'limits.sentenceOr': '{sentence}; or {alternatives}.',
  'limits.impossible': 'No plan is possible: {cause}.',
  'limits.unknownSizes':
    'every plan that keeps the pins sends a tensor of unknown size; bind the open dimensions under `dimensions`',
  'limits.noneAllowed': 'the pins, cuts and excluded tiers rule all plans out',
  'limits.notFound': 'No plan that keeps the constraints was found in {seconds} s: {ways}.',
  'limits.notFoundBound':
    'No plan that keeps the constraints was found in {seconds} s; none can be better than {bound}: {ways}.',

  'change.raiseIt': 'raise it to {to}',
  'change.lowerIt': 'lower it to {to}',
  'change.raise': 'raise `{limit}` to {to}',
  'change.lower': 'lower `{limit}` to {to}',
  'change.memory': 'raise the `memoryGB` of `{tier}` to {to}',
  'change.ignoreMemory': 'set `constraints.respectMemory` to false',
  'change.bandwidth': 'raise the `bandwidthMbps` between `{from}` and `{upper}` to {to}',
  'change.deadline': 'allow more time with `--deadline`',
  'change.dropInput': 'drop `keepInputOnFirstTier`',
  'change.dropExclusion': 'drop `{tier}` from `excludeTiers`',
  'change.dropPin': 'drop the pin of `{node}`',
  'change.dropCuts': 'drop the chosen cuts',
  'change.maybeLess': '{change} (a smaller change may be enough)',
  'change.moreNeeded': '{change} (it has to be more than {than})',
  'change.lessNeeded': '{change} (it has to be less than {than})',
  'change.and': '{first} and {second}',
  'change.or': '{first}, or {second}',

  'proof.noValue': 'The plan has no value to compare.',
  'proof.afterComparison': 'For throughput, the optimum is computed together with the comparison of strategies.',
  'proof.limitsBroken':
    'The optimum without limits breaks {limits}. Its value is a lower bound for every plan within the limits, so the gap is an upper bound.',
  'proof.boundThroughput':
    'For throughput, this is a lower bound for the value of every plan, so the gap is an upper bound.',
  'proof.boundLimits': 'Under limits, this is a lower bound for the value of every plan, so the gap is an upper bound.',
  'proof.free': 'The optimum is 0, so there is no gap in percent.',
  'limits.session':
    'No plan keeps {limits} together with the other constraints. By itself, the first token takes at least {first}, and each further one {token}. Raise these limits, or allow faster tiers and links.',
} as const;
