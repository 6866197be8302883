/** Configuring and searching plans: what is asked for and cannot be, and what to do about it. */
export const planningMessages = {
  'preset.unknown': '`{place}` names the unknown preset `{preset}`. Use one of: {known}.',
  'sizes.unknown':
    'The size of {count|the open dimension|the open dimensions} {names} is unknown, so no plan can be made. Bind it with `--bind {example}=NUMBER` or under `dimensions` in dnnsplit.json.',
  'config.missingProfile':
    'The profile `{path}` in `{place}` cannot be read. Check the path; it is relative to the configuration file.',
  'config.repeatedTier': '`{place}` repeats the id `{tier}` of `{first}`. Give each tier its own id.',
  'config.linkCount':
    '`links` has {links|# entry|# entries}, but {tiers|# tier needs|# tiers need} {needed|# link|# links}: one between each tier and the next.',
  'config.unknownTier': '`{place}` names the unknown tier `{tier}`. Use one of: {known}.',
  'config.sendingTwice':
    '`{place}` states both `joulesPerMB` and `txWatts`, which count the same energy. Remove one of them.',
  'config.noWeight': '`objective` has no weight above 0. Give a weight to {metrics}.',
  'config.unknownStrategy': '`{place}` names the unknown strategy `{strategy}`. Use one of: {known}.',
  'config.unknownNode':
    '`constraints.pin` names node `{node}`, which this model does not run. Use the name or id of a node.',
  'config.inFile': '{path}: {message}',
  'override.unknownTier': '`{node}` is pinned to the unknown tier `{tier}`. Use one of: {known}.',
  'override.bandwidth': 'The bandwidth from `{from}` to `{to}` must be above 0 Mbit/s.',
  'override.latency': 'The latency from `{from}` to `{to}` must be 0 ms or more.',
  'override.speed': 'The speed of `{tier}` must be above 0.',
  'override.objective': '`{objective}` is not an objective. Use {known}, or weights such as {example}.',
  'override.cut':
    'The split point from `{from}` to `{to}` is at {position}. Give a position from {lowest} to {highest}.',
  'override.placement': 'The placement does not fit this model: {what}.',
  'placement.tiers': 'it has {given|# tier|# tiers} instead of {needed}',
  'placement.node': 'node `{node}` must be on exactly one tier of the model',
  'placement.backward': 'tensor `{tensor}` would flow from a higher tier back to a lower one',

  'bounds.allExcluded': 'Every tier is excluded. Remove one from `excludeTiers`.',
  'bounds.pinExcluded': '`{node}` is pinned to tier `{tier}`, which is excluded. Allow the tier or move the pin.',
  'bounds.pinInput':
    '`{node}` is pinned to `{tier}`, but `keepInputOnFirstTier` keeps it on `{first}`. Drop one of the two.',
  'bounds.inputExcluded': '`keepInputOnFirstTier` needs tier `{first}`, which is excluded. Drop one of the two.',
  'bounds.contradiction':
    '`{node}` cannot be placed: {low} requires `{lowTier}` or higher, and {high} requires `{highTier}` or lower. Data only flows upward, so move or drop one of the two.',
  'bounds.pinUnsupported':
    '`{node}` is pinned to tier `{tier}`, which cannot run {op} (`operators.unsupported`). Move the pin or allow the operator.',
  'bounds.unsupported':
    'No tier can run `{node}`: {tiers} cannot run {op} (`operators.unsupported`). Allow the operator on a tier or add one that runs it.',
  'bounds.causeOperator': '`{tier}`, which cannot run {op},',
  'bounds.causeExcluded': 'the list of excluded tiers',
  'bounds.causePin': 'the pin of `{node}`',
  'bounds.causeInput': '`keepInputOnFirstTier`',
  'bounds.causeCut': 'the cut from `{from}` to `{to}`',

  'strategy.unknown': 'There is no strategy `{strategy}`.',
  'strategy.breaksLimits':
    'The plan of `{strategy}` breaks {limits}. Relax the limit or use `dnnsplit`, which plans within it.',
  'strategy.needsRate': '`load-aware` plans for a request rate. Set `constraints.minThroughputPerSecond`.',
  'strategy.tooFast':
    'No plan of at most three parts sustains {rate} requests per second. Ask for less than {fastest} per second.',
  'strategy.needsBudget': '`dnn-surgery` needs a budget. Set `constraints.maxCostPerRequest`.',
  'strategy.overBudget':
    'No cut between two tiers keeps the upper tier within `constraints.maxCostPerRequest`. Raise the limit.',
  'strategy.pinsTwoTiers':
    'The pins rule out every plan with a single cut after the first tier. Drop a pin or use `dnnsplit`.',
  'strategy.swarmFoundNone':
    'The particle swarm found no plan that keeps the constraints. Relax a constraint or use `dnnsplit`.',
  'strategy.oneTier': 'This strategy cuts between two tiers, but only one may be used. Allow another tier.',
  'strategy.noTwoTierCut':
    'No cut between the first tier and one other is possible: the pins need more tiers, or every cut sends a tensor of unknown size.',
  'strategy.notAdditive': 'Throughput cannot be planned exactly, because it is not a sum over nodes and links.',
  'strategy.unknownSizes': 'Every plan sends a tensor of unknown size. Bind the open dimensions under `dimensions`.',
  'strategy.onlyAcrossBranches':
    'No plan that cuts the execution order keeps the constraints, but a plan that cuts across branches does. Use `dnnsplit`.',
  'strategy.tooManyPlans':
    'There are {count|# plan|# plans} to compute, more than the limit of {limit}. Use `exact` or fewer tiers.',
  'strategy.exactObjective':
    'The exact planner needs an objective that adds up over nodes and links. Use {metrics} or a weighted sum of them.',
  'strategy.unknownSizesOrPins':
    'Every plan sends a tensor of unknown size or breaks a pin. Bind the open dimensions or drop a pin.',
} as const;
