/** Running models: ONNX Runtime, profiles of it, and the relay that serves a tier. */
export const runningMessages = {
  'runtime.missing':
    'ONNX Runtime is not installed. Run `npm install --global {package} --ignore-scripts`, or install it in a folder and name the folder with --runtime-folder or {variable}.',
  'runtime.broken': 'ONNX Runtime at {path} does not run on this machine: {reason}.',
  'runtime.cannotLoad': 'ONNX Runtime cannot load {path}: {reason}',
  'runtime.cannotRun':
    'ONNX Runtime cannot run the model on random inputs: {reason} Record a trace with your own inputs and pass it with --from-trace.',
  'runtime.unknownInput': 'The type or shape of input "{input}" is unknown, so no random value can be made for it.',
  'runtime.openDimension':
    'Dimension "{dimension}" of input "{input}" has no size. Set it under "dimensions" in dnnsplit.json and plan again.',

  'trace.header':
    'The bandwidth trace does not begin with the line "seconds,mbps". Put that line first, then a time and a bandwidth per line.',
  'trace.line':
    'Line {line} of the bandwidth trace is not a time and a bandwidth, or its time is not later than the one before.',
  'trace.empty': 'Nothing ever passes over the link in this bandwidth trace. Use one with a bandwidth above 0.',
  'trace.remembers':
    'A model that keeps state between requests cannot follow a bandwidth trace yet. Run it without --trace and ask it session by session.',
  'trace.noRun':
    '{path} contains no complete run of a model. Pass a trace that ONNX Runtime wrote with profiling enabled.',
  'trace.allWarmup':
    '{path} contains {runs|# complete run|# complete runs}, so none is left after {warmup|# warm-up run|# warm-up runs}. Lower --warmup.',
  'trace.invalid': '{what}. Pass a trace that ONNX Runtime wrote with profiling enabled.',
  'trace.none': 'ONNX Runtime wrote no trace. Try another version of ONNX Runtime.',
  'trace.crashed':
    'ONNX Runtime crashed on {path} ({how}), so nothing was written. Record a trace elsewhere and pass it with --from-trace.',
  'trace.killed':
    'ONNX Runtime was stopped on {path} ({how}), probably because memory ran out, so nothing was written. Record a trace elsewhere and pass it with --from-trace.',
  'trace.rankless':
    "Input '{input}' is not a tensor of known rank, so it cannot be filled at random. Record a trace with your own program and pass it with --from-trace.",
  'trace.openDimension': "Input '{input}' has the open dimension '{dimension}'. Bind it with --bind {dimension}=1.",
  'trace.tableLine':
    'Line {line} of {path} is not a node and a time, such as `conv1,12.5`. Put names with commas into double quotes.',
  'trace.dtype':
    "Input '{input}' is {dtype}, which ONNX Runtime for Node.js does not support. Record a trace with your own program and pass it with --from-trace.",
  'trace.weightsTruncated':
    'The weights of {model} are truncated: "{location}" has {size|# byte|# bytes} but needs {needed}. Copy it again.',

  'relay.noToken': '{path} contains no token.',
  'relay.tlsPair': 'TLS needs both --tls-certificate and --tls-key.',
  'relay.open':
    'Serving on {host} lets other machines in. Use --token-file, or --allow-anonymous if the network itself is protected.',
  'relay.boolean': '{variable} is "{value}", but must be true or false.',
  'relay.noGrpc': 'gRPC needs {file} beside the relay program. Put it at {path}.',
  'relay.cannotListen': 'The relay cannot listen on {address}: {reason}. Choose another --port or --host.',
  'relay.cannotListenGrpc':
    'The relay cannot listen on {address} for gRPC: {reason}. Choose another --grpc-port or --host.',
  'relay.noEngine': 'Tier {tier} has a sub-model but no engine to run it.',
  'relay.noUpstream': 'Tier {tier} sends tensors on. Name the tier above with --upstream.',
  'trial.adaptive':
    'These sub-models hold several cuts, of which a report would mix the times. Run the report with the plan itself.',
  'trial.conflict': 'A report is made of the plan as it is. Leave --{option} out, or --report.',
  'trial.foreign':
    'The times of {tiers} are of another device or estimated; this machine only {count|stands|stand} in for {count|it|them}. Profile the model here to compare like with like.',
  'trial.restless':
    'The machine was busy: the whole model took up to {percent} % longer at times. Run the report again when nothing else runs.',
  'trial.unshaped': 'The links were not slowed down, so their predictions do not apply.',
  'relay.state':
    'Block {block} of tier {tier} keeps state between requests, which a relay that changes its cut cannot do yet. Export the plan as one cut.',
  'relay.address': '"{address}" is not a server address. Write it as http://host:port, https://, grpc:// or grpcs://.',
  'tracing.variable': '{variable} is "{value}", {wanted}',
  'tracing.exporter': 'but spans can only be sent with "otlp", or not at all with "none".',
  'tracing.protocol': 'but this relay sends spans as "http/json" only. Collectors take that on port 4318.',
  'tracing.endpoint': 'which is not an http:// or https:// address.',
  'tracing.sampler':
    'which is not a sampler of this relay. Use always_on, always_off or traceidratio, or one of them after parentbased_.',
  'tracing.number': 'but must be a number, {least} or more.',
  'tracing.pairs': 'but must be written as name=value,name=value.',
  'contract.notJson': '{path} is not valid JSON. Export the sub-models again.',
  'contract.outside':
    '{path} names the sub-model {file}, which is not in its own folder. Put the sub-model beside the contract, or export it again.',
  'contract.otherVersion':
    '{path} is not a contract of this version ({place}: {problem}). Export the sub-models again.',
  'verify.nothing': 'There are no sub-models to verify.',
  'verify.noAnswer': 'The deployment at {url} gave no answer to compare. {reason}',
  'verify.noOutput': 'The sub-models do not produce output "{output}". Export them again.',
} as const;
