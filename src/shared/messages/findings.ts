/** What is found out about a plan: what to do, why, how certain that is, and what the figures leave out. */
export const findingsMessages = {
  'text.inTurn': '{first} {second}',

  'advice.nothing': 'Nothing to split: the model computes nothing from its inputs.',
  'advice.oneTier': 'Everything runs on `{tier}`, the only tier.',
  'advice.noDifference': 'No plan is better than another. {reason}',
  'advice.stay': 'Do not split: run everything on `{tier}`, {figure}{proof}.',
  'advice.everything': 'Everything runs on `{tier}`, {figure}.',
  'advice.anotherPlan': 'Another plan is {ratio}x better.',
  'advice.everythingElsewhere': 'Running everything on `{tier}` would be {ratio}x better.',
  'advice.split': 'Split between {tiers}, {figure}{proof}.',
  'advice.splitGains': 'Split between {tiers}, {figure}: {ratio}x better than everything on `{single}`{proof}.',
  'advice.noSingleTier': 'No single tier keeps the constraints.',
  'advice.smallGain': 'A split would gain only {percent} %.',
  'advice.noGain': 'A split would gain nothing.',
  'advice.fewerTiers':
    'The best plan uses more tiers and is only {percent} % better; it takes {minimum} % to be worth them.',
  'advice.fewerBytes': 'The best plan sends more and is only {percent} % better.',
  'advice.noWork': 'The best plan is {percent} % better, but leaves a tier nothing to compute.',
  'advice.keepInput': 'Split only if the raw input must stay on `{tier}`.',
  'advice.optimal': ' (proven optimal)',
  'advice.optimalAsKnown': ' (optimal for the known costs)',
  'advice.gap': ' ({percent} % worse than the optimum)',
  'advice.gapBound': ' (at most {percent} % worse than the optimum)',

  'trust.error': '`{tier}` within {factor}x',
  'trust.also': '{first}, {second}',
  'trust.holds': 'The plan stays the best wherever times are within the stated errors: {errors}.',
  'trust.holdsWithin':
    'The plan stays within {percent} % of the best wherever times are within the stated errors: {errors}.',
  'trust.unknown': '{holds} How far {tiers} may be off is not stated.',
  'trust.takes': '`{tier}` takes {factor}x its estimated time',
  'trust.fails':
    'The estimates do not settle this plan: where {where}, {better} is {percent} % better. Measure the model on {tiers} with `dnnsplit profile` to be sure.',
  'trust.breaks':
    'The estimates do not settle this plan: where {where}, it breaks a limit that another plan keeps. Measure the model on {tiers} with `dnnsplit profile` to be sure.',
  'trust.otherSplit': 'a split after {places}',

  'caveat.unknownCosts': '{layers|# layer has|# layers have} no known cost. Bind the open dimensions.',
  'caveat.unknownAnswers':
    'The size of {outputs} is known only once the model has run, so the way back counts nothing for {count|it|them}.',
  'caveat.boundedAnswers':
    'The size of {outputs} is known only once the model has run, so the way back counts the most that it can be, {most}.',
  'caveat.brokenFusion':
    'The cut after {places} separates layers that runtimes run as one kernel. That costs about {more} of computing more, which the figures include.',
  'caveat.noRates':
    '{tiers} {count|has|have} neither rates nor measured times, so layers take no time there. Set `gflops` or a `preset`.',
  'caveat.foreignInputs': '`inputs` names {given}, but this model reads {own}.',
  'caveat.unsupported': '`{tier}` cannot run {layers|# layer|# layers} ({operators}), so these are placed elsewhere.',
  'caveat.noInputs': 'no inputs',
  'caveat.noPrices': 'No tier or link has a price, so every plan costs 0. Set `pricePerHour` or `pricePerGB`.',
  'caveat.noPrice': '{tiers} {count|has|have} no price, so layers cost nothing there.',
  'caveat.noEnergy':
    '{tier} has no power and its link no energy, so every plan uses 0 J. Set `watts` and `joulesPerMB`.',
  'caveat.noWatts': '{tier} has no `watts`, so layers use no energy there.',
  'caveat.noJoules': 'The link from {tier} has no `joulesPerMB`, so sending uses no energy.',

  'audit.throughput':
    'For throughput, the candidates guarantee nothing: a pipeline may gain from balancing its stages at a larger cut.',
  'audit.wires': 'The links encode tensors differently, so no single set of candidates serves all of them.',
  'audit.state':
    'State that is made on one tier and read on another one travels between calls, so the candidates alone may miss the optimum.',
  'audit.dearer':
    '{layers|# layer is|# layers are} more expensive on a higher tier, so the candidates alone may miss the optimum.',
  'audit.ruledOut':
    'No layer is more expensive on a higher tier, but the constraints may rule candidates out, so the optimum may lie elsewhere.',
  'audit.holds':
    'No layer is more expensive on a higher tier, so the candidates contain an optimum for every bandwidth.',
  'audit.bounded':
    '{blocks|# block has|# blocks have} more cuts across branches than were examined. The best ones by bytes against MACs, traffic and layers stand for all of them, and the certificate says what that may miss.',
  'audit.allCuts': '{cuts|The only cut of the graph was|All # cuts of the graph were} searched instead.',
  'audit.allPositions':
    'In addition, all {count} positions of the execution order were searched. The certificate says how far from the optimum that may be.',
  'audit.positions':
    'In addition, {count} of {all} positions of the execution order were searched. The certificate says how far from the optimum that may be.',

  'candidate.acrossBranches': 'This cut runs across branches: no earlier cut in this block sends as little as {bytes}.',
  'analysis.macsUnknown':
    '{nodes|# node depends|# nodes depend} on sizes that are not known, and no other one has MACs.',

  'candidate.adjacent': 'There is no other position before the next candidate.',
  'candidate.rulesOutOne':
    'Position {position} is never better: it sends at least {bytes} and leaves less work for the faster tier.',
  'candidate.rulesOut':
    'Positions {first} to {last} are never better: each sends at least {bytes} and leaves less work for the faster tier.',

  'compare.worse': 'The {metric} is {percent} % worse, and {most} % is allowed.',
  'compare.worseThanNone': 'The {metric} is worse than none, and {most} % is allowed.',
  'compare.moved': 'The split has moved.',

  'regimes.sessionLimits': 'These plans do not take limits on the calls of a session into account.',
  'regimes.searchedOnly':
    'These plans are the best of the cuts that were searched. The graph has more cuts, so a better plan may exist.',
} as const;
