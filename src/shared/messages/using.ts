/** Analyzing, exporting, profiling, verifying and serving, wherever they were asked for. */
export const usingMessages = {
  'work.analysisCanceled': 'The analysis was canceled.',
  'work.canceled': 'The operation was canceled.',
  'work.requestCanceled': 'The request was canceled.',
  'work.unexpected': 'DNNSplit hit an unexpected error: {message}. The log has the details.',

  'plan.modelChanged': '{model} has changed since this plan was made. Plan again.',
  'plan.modelMissing':
    'The model {model} of this plan does not exist. Put it where the plan expects it, relative to the plan.',
  'analysis.empty': '{path} is empty. Choose a file that contains an ONNX model.',
  'split.none': '{path} holds no exported sub-models. Export them with "dnnsplit split".',
  'split.contract': '{path} is missing or not a contract of this version. Export the sub-models again.',
  'relay.missing': 'The relay program is missing at {path}. Reinstall DNNSplit.',

  'bundle.noOpenssl':
    'Certificates are made by the program openssl, which is not on this machine. Install it, or leave encryption out with --no-tls.',
  'bundle.openssl': 'The program openssl made no certificate. The log has the details.',
  'push.destination':
    'This is no machine that ssh can reach: {destination}. Give it as host or user@host, with everything else in the configuration of ssh.',
  'push.noSsh': 'The program ssh is not on this machine. Install the OpenSSH client.',
  'push.noBundle':
    '{path} is not the folder of a tier. Make one with "dnnsplit deploy -t bundle", and name the folder of one tier in it.',
  'push.failed': 'The files could not be brought to {host}: {reason}. Try again; what has arrived is not sent again.',
  'push.rolledBack':
    'The relay on {host} did not serve in time, so the version that ran there before was started again. The log has its last lines.',
  'measure.noNode': 'There is no Node.js on {host}, which measuring needs. Install it there, version 20 or later.',
  'measure.oldNode': 'Node.js on {host} is {version}. Install version {needed} or later there.',
  'measure.narrow':
    'Node.js on {host} is a 32-bit program ({arch}), for which there is no ONNX Runtime. Install a 64-bit system there, or record a trace with another runtime and import it.',
  'measure.noRuntime':
    'ONNX Runtime is not installed on {host}. Run `npm install --global onnxruntime-node --ignore-scripts` there, or name the folder there that holds it with --remote-runtime-folder.',
  'measure.noSpace':
    'There are {free} MB free on {host}, but the model and its copy need {needed} MB. Make room there, or name a folder on another disk with --folder.',
  'measure.strange': 'What {host} answered is no measurement, so nothing of it was used.',
  'measure.failed': 'The model could not be measured on {host}: {reason}',
  'measure.crashed':
    'The program that measures ended on {host} (exit code {code}), perhaps because memory ran out. The log has its last words.',
  'measure.linkLost': 'The connection broke off while it was measured. Try again; what has arrived is not sent again.',
  'measure.weightsName': 'A file with weights of {model} has control characters in its name, so it is not copied.',
  'measure.confirm':
    'The configuration names the machine {host} for tier {tier}. To connect to it, confirm it by name: --confirm {host}',
  'measure.noHost':
    'No tier of the configuration names a machine. Write "host": "user@address" at a tier, or name tier and machine with --tier and --host.',
  'measure.noConfig': 'There is no dnnsplit.json above the model to write to. Create one, or name it with --config.',
  'measure.noAnswer': 'Nothing at {address} could be measured: {reason}',
  'measure.noRelay': 'What answers at {address} does not say how bodies arrive. Is it a relay, and the token right?',
  'measure.whichLink':
    'Say with --link which link leads to the relay; the configuration has {links|# link, number 0|# links, counted from 0}.',
  'measure.unknownTier': 'There is no tier `{tier}` in the configuration. Its tiers are {tiers}.',
  'measure.noLinkBeside': 'Link {link} does not join tier {tier} to another one. Name one that does.',
  'bundle.noTier': 'The plan has no tier "{tier}" to give an address to. Its tiers are {tiers}.',

  'verify.needsUrl':
    '--token-file and --ca are for a running deployment. Name its first tier with --url, for example --url http://localhost:8000.',
  'verify.crashed':
    'The process that ran the models stopped unexpectedly ({reason}). ONNX Runtime may not support this model on this machine.',

  'profile.otherModel':
    '{path} has no times for the {nodes|# node|# nodes} of this model, so it was recorded from another model. Record a trace of this model.',
  'profile.renamed':
    'ONNX Runtime gave most operators of this model other names when it optimized the graph, so their times cannot be told apart. Measure with --optimization disabled.',
  'profile.asWritten':
    'Measured without graph optimization, because ONNX Runtime gave most operators other names when it optimized the graph. Served optimized, the model is faster.',
  'profile.fewOperators':
    'Only {percent} % of the operators in {path} belong to this model, less than a third, so it was recorded from another model. Record a trace of this model.',
  'profile.missing': '{missing} of {nodes|# node has|# nodes have} no measured time and will be estimated.',
  'profile.ambiguous':
    '{missing} of {nodes|# node has|# nodes have} no measured time and will be estimated, {ambiguous} of them because their operators cannot be told apart.',
  'profile.foreign':
    '{operators|# operator|# operators} added or fused by ONNX Runtime ({percent} % of the time) {operators|belongs|belong} to no node and {operators|is|are} left out.',
  'profile.asynchronous': 'Times on {providers} may only cover the call. Check that the profile waits for the device.',

  'planCheck.modelChanged': 'The model has changed since this plan was made. Plan again.',
  'planCheck.unknownNodes': "The model has no nodes '{range}'. A plan lists node ids, or first..last.",
  'planCheck.unassigned': "Node '{node}' ({id}) is not on any tier.",
  'planCheck.unassignedMore': "Node '{node}' ({id}) and {others|# other|# others} are not on any tier.",
  'planCheck.listedTwice': "Node '{node}' ({id}) is listed twice.",
  'planCheck.onTwoTiers': "Node '{node}' ({id}) is listed on both '{one}' and '{other}'.",
  'planCheck.backward':
    "This split is not valid: '{node}' on '{tier}' reads '{tensor}', which is made on the higher tier '{higher}'.",
  'planCheck.missingTensor':
    "The figures are out of date: with these nodes, '{tensor}' also crosses from '{from}' to '{to}'. Plan again.",
  'planCheck.extraTensor':
    "The figures are out of date: with these nodes, '{tensor}' no longer crosses from '{from}' to '{to}'. Plan again.",

  'command.orManifestsOnly': '{message} To leave the sub-models out, use --manifests-only.',
  'profile.assumedSizes': 'Measured for {sizes}: assumed. Bind other sizes with --bind.',
  'calibrate.order': 'Name each model followed by its profile, such as a.onnx a.profile.json b.onnx b.profile.json.',
  'calibrate.nothing':
    'The profile `{path}` has no time of a node of `{model}`. Name each model followed by its own profile.',
  'calibrate.partial':
    'The profile `{path}` has times for {percent} % of the work of `{model}`, too little to fit a device to. Record it without graph optimization.',
  'calibrate.mostly':
    'The profile `{path}` has times for {percent} % of the work of `{model}`; the rest is left out of the fit.',
  'calibrate.otherModel':
    'The profile `{path}` was recorded with another model than `{model}`. Check that they belong together.',
  'calibrate.few':
    '{models|# model is|# models are} few to describe a device by. Measure {enough} or more, of the kinds that will run there.',
  'calibrate.tooFew':
    'Fewer than {enough} models below this configuration were measured on one device in the same way. Profile more of them first.',
  'calibrate.noConfig':
    'There is no dnnsplit.json above this folder to look for measured models below. Name one with -c, or name models and profiles.',
  'calibrate.whichDevice': 'Models were measured on several devices. Name one with --device: {devices}',
  'command.noDevice': 'A trace does not say which device it was recorded on. Name the device with --device.',
  'command.tooManyRuns':
    '{runs|# run|# runs} of {nodes|# node|# nodes} exceed the {limit} events that ONNX Runtime records. Use --runs {most} or less.',
  'command.traceWithoutLink': '`--trace` needs `--adaptive` with the link that the trace is about.',
  'command.late': '`--least missed` needs `--late` with the milliseconds after which an answer is late.',
  'command.noState': '{model} has no state, so it has no sessions. Plan it without `--session`.',
  'command.regions': '`--regions` needs two links, so at least three tiers.',
  'command.nothingToSweep':
    'There is no link to sweep, because there is only one tier. Add a tier to the configuration.',
  'command.sweepOnly': 'There is no link {link} to sweep. The only link is 0.',
  'command.sweepUnknown': 'There is no link {link} to sweep. The links are 0 to {last}.',
  'command.reportFormat':
    'The report cannot be written to {file}. Name a file that ends in .html or .md, or use --format.',
  'command.reportPlans':
    'A report of a plan document tells the plan as it stands: drop --{option}, or report the model instead.',
  'command.unknownTier': 'There is neither a tier nor a preset `{tier}`{instead}',
  'command.onlyLink': 'There is no link {link}. The only link is 0.',
  'command.unknownPreset': 'There is no preset `{preset}`{instead}',
  'command.unknownLink': 'There is no link {link}. The links are 0 to {last}.',
  'command.noLink': 'There is no link, because there is only one tier. Name more with --tiers.',
  'command.unknownDimension': '{model} has no dimension `{name}`{instead}',
  'nodeData.refused': '{file} holds no node data: {problem}',
  'nodeData.shape':
    'it must be JSON of Model Explorer, with a number or a text as the "value" of each node in "results".',
  'nodeData.matched': '{name}: {matched} of {nodes|# node has|# nodes have} a value.',
  'nodeData.unmatched': ' {unmatched|# entry belongs|# entries belong} to no node of this model, such as {examples}.',
  'nodeData.unread': ' {count|# color was|# colors were} not understood.',
  'nodeData.of': '{of} is neither tier, time nor time:TIER. The tiers are {known}.',
  'command.speed': '`--speed {text}` is not TIER=FACTOR with a factor above 0. The tiers are {known}.',
  'command.pin': '`--pin {text}` is not NODE=TIER. The tiers are {known}.',
  'command.oneModel': '-o takes the plan of one model. Plan the models one by one to write their plans.',
  'command.streamHasNoFile':
    'A plan names the file of its model, and a model from standard input has none. Save the model and name its file.',
  'command.noMatch': 'No file matches {pattern}. Check the pattern and the folder it starts in.',
  'command.isModel': '{path} is a model, not a plan. Make a plan of it first: dnnsplit plan {path} -o {plan}',
  'command.notSvg':
    '{path} would not be a picture of its kind: this command writes SVG and PDF. Name a .svg or a .pdf file.',
  'command.oneOutput': 'This command writes several files, but standard output takes only one. Name a folder with -o.',

  'assistant.notReadable':
    'There is no model that may be read at this path. Give the absolute path of a regular file below: {roots}',
  'assistant.notWritable':
    'No plan may be written at this path. Give the absolute path of a new .splitplan.json file below: {folders}',
  'assistant.noRoot': 'Name the folders that may be read with --root.',

  'chain.timeout': 'A relay did not start within a minute.',
  'chain.canceled': 'The start was canceled.',
  'chain.notStarted': 'A relay could not be started: {reason}.',
  'chain.endedEarly': 'A relay stopped while it was starting.',
  'chain.lastLine': '{line}',
  'chain.ended': 'A relay stopped unexpectedly (exit code {code}). Its last lines are above.',

  'server.notOpen': 'This model is not open. Run "Analyze DNN splits" first.',
  'server.notOnMachine': 'This address does not name a file on this machine.',
  'server.scheme': 'DNNSplit only analyzes files on this machine, not "{scheme}:" addresses.',
  'server.layoutLost': 'The layout of the graph was lost. Open the graph again.',
  'server.deploySource': 'A deployment is generated from a plan or a model. Choose one of these.',
  'server.noFunction': 'The worker has no function "{method}".',
  'server.noBody': 'The model has no body "{body}", or it is nested too deeply to be looked into.',
  'server.noNode': 'The model has no node "{node}".',
  'server.notStarted': 'The {worker} could not start: {reason}.',
  'server.crashed':
    'The {worker} stopped unexpectedly, possibly because it ran out of memory. Try again to restart it.',
} as const;
