/** The report of a plan that one person hands to another. */
export const handoverMessages = {
  'handover.title': 'Split of {model}',
  'handover.made': 'By DNNSplit {version}. Objective: {objective}. Strategy: {strategy}.',
  'handover.why': 'Why',
  'handover.alternatives': 'Alternatives',
  'handover.graph': 'Graph around the cut',
  'handover.graphCaption':
    'The model with its tiers. Dashed lines are the cuts, dots tell how much time each node takes.',
  'handover.parts': 'The plan in parts',
  'handover.bandwidth': 'Latency by bandwidth, {from} to {to}',
  'handover.regimes': 'Best plan by bandwidth, {from} to {to}',
  'handover.assumptions': 'Assumptions and sources',
  'handover.reproduce': 'To reproduce',
  'handover.reproduceNote':
    'The tiers and links above are those of dnnsplit.json, or the built-in ones where there is none.',
  'handover.triedNote': 'This plan was tried out by hand; the command gives the recommended one.',
  'handover.thisPlan': 'This plan',
  'handover.recommended': 'Recommended',
  'handover.singleTier': 'Everything on {tier}',
  'handover.runnerUp': 'Next best cut, after {place}',
  'handover.link': '{from} to {to}',
  'handover.measured': '{measured} of {nodes} times are measured, the others are estimates.',
  'handover.estimated': 'All times are estimates from the figures below.',
  'handover.wayBack': 'way back {time}',
  'handover.estimates': 'Times: {estimates}.',
  'handover.range': 'Nine of ten such plans take between {from} and {to}.',
  'handover.session': 'A request is a session of {session}.',
  'handover.state': 'State stays on the tiers that use it, per session: {state}.',
  'handover.assumedSizes': 'The file leaves sizes open. Assumed: {sizes}.',
  'handover.marginsWithin':
    'The plan stays within {percent} % of the best while one of these figures is between these ends and the others hold.',
  'handover.marginsBest':
    'The plan stays the best while one of these figures is between these ends and the others hold.',
  'handover.marginTier': 'Times of {tier}, as a factor',
  'handover.marginLink': 'Bandwidth from {from} to {to}',
  'handover.model': '{nodes|# node|# nodes}, {parameters} parameters, {macs}, weights of {weights}.',
} as const;
