/** The graph that is split, the sub-models that are cut out of it, and what is generated to deploy them. */
export const splittingMessages = {
  'graph.madeTwice':
    '`{node}` makes tensor `{tensor}`, which another node makes already. Give every tensor its own name.',
  'graph.cycle': '`{node}` depends on its own result, so the model cannot run. Break the cycle.',

  'cut.backward':
    'Tensor "{tensor}" would flow from tier {from} back to tier {to}. Data only flows upward, so move the split point.',
  'cut.nodeCount': 'The plan assigns {assigned|# node|# nodes}, but the model has {nodes}. Analyze the model again.',
  'cut.unknownNode': 'The plan names node {node}, which the model does not have. Plan again.',
  'cut.insideFunction':
    'The plan cuts inside the function call "{call}" at "{node}". Move the split point to the border of the call.',
  'cut.tooLarge':
    'The sub-model for tier {tier} exceeds 2 GiB even with its weights in a separate file. Split the model further.',
  'cut.blocks':
    'The cuts of this policy divide the model into {blocks|# block|# blocks}, more than the 255 that are possible.',
  'cut.nestedExternalData':
    'Node "{node}" keeps external data inside itself. Export again with the original data files.',
  'cut.unknownType':
    'The type of tensor "{tensor}" is unknown, so no sub-model can start or end there. Move the split point to another tensor.',

  'cut.noNode': 'There is no node `{node}` to cut after{instead}',
  'cut.severalNodes': 'Several nodes are called `{node}`. Name one by its id: {ids}.',
  'cut.moreThanLinks':
    '{cuts|# cut needs|# cuts need} as many links, but there {links|is #|are #}. Leave cuts out or add tiers.',

  'annotate.tooLarge': 'With the plan in it, the model would exceed the 2 GiB that a model file may have.',
  'stated.none':
    'The model states no plan of its own: its nodes have neither pipeline stages nor layers. Write a plan into it with "dnnsplit annotate".',
  'stated.stages':
    'The model has {stages|# pipeline stage|# pipeline stages}, but the configuration has {tiers|# tier|# tiers}. Add the missing tiers.',

  'split.state':
    'A model that keeps state between requests cannot follow the bandwidth. Split it without --adaptive, or set "state" to "none".',

  'split.keep':
    'No node of the model makes tensor "{tensor}". List its tensors with "dnnsplit analyze MODEL --tensors".',
  'split.keepNearest': 'No node of the model makes tensor "{tensor}". Did you mean "{nearest}"?',

  'tensor.notSent':
    'Tensor "{tensor}" {reason}, which cannot be sent between tiers. Move the split point or remove that output from the model.',
  'tensor.notRun':
    'Tensor "{tensor}" {reason}, which ONNX Runtime for Node.js does not support. Move the split point or remove that output from the model.',
  'plan.uncarried':
    'The plan sends tensor "{tensor}" between tiers, which {reason}: no relay can carry that. Cut the model elsewhere, for example with --cut.',
  'tensor.container': 'is a {type}',
  'tensor.elements': 'has elements of type {dtype}',

  'policy.link': 'This plan has no link {link}. Name one of the links that "links" lists, the first is 0.',
  'policy.none':
    'This plan does not say which nodes each tier runs at other bandwidths of link {link}. Plan again to get a policy.',
  'policy.oneRegime':
    'The same plan is best at every bandwidth of link {link}, so there is nothing to adapt. Split without --adaptive.',
  'policy.noMap':
    'This plan does not say which cut is best at all bandwidths of links {links} together. A policy follows one link, or links 0 and 1 of a plan that was made with --regions.',
  'policy.onePlan':
    'The same plan is best at all bandwidths of these links, so there is nothing to adapt. Split without --adaptive.',
  'policy.severalTraced':
    'A table for a trace is made for one link. Name one link with --adaptive, or leave --trace out.',
  'policy.untimed':
    'This plan does not say what its regimes take at other bandwidths, so no table can be made. Plan again.',
  'policy.engine':
    'A split that follows the bandwidth runs in the relay itself. Choose the engine "relay" and Compose or Kubernetes.',

  'deploy.nothing': 'This plan runs no nodes on any tier, so there is nothing to deploy.',
  'deploy.noTier': 'The plan has no tier {tier}, but the model was split for one. Export the sub-models again.',
  'deploy.noRelay': 'No relay can serve tier {tier}: tensor "{tensor}" {reason}.',
  'ray.dtype':
    'Ray Serve runs tiers on numbers and booleans only, but tensor "{tensor}" is {dtype}. Choose another target.',
  'ray.state':
    'Ray Serve spreads requests over its replicas, but tier {tier} keeps state between the requests of a session. Choose Kubernetes, Compose or bundles.',
  'triton.container': 'Triton supports tensors only, but "{tensor}" is a {type}. Choose another target.',
  'triton.dtype': 'Triton does not support type {dtype} of tensor "{tensor}". Choose another target.',
  'triton.rank': 'Triton needs the rank of tensor "{tensor}", which is unknown. Choose another target.',
} as const;
