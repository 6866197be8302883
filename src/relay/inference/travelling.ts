import type { Call } from '../../runtime/executor';

/** Header with the time that is left for a request, in milliseconds; a tier tells the one above. */
export const timeoutField = 'dnnsplit-timeout-ms';
/** Header with the name of a request in the logs of all tiers. */
export const requestIdField = 'x-request-id';

/** Headers that every server on the way gets as they came: W3C Trace Context, and B3 for older meshes. */
export const tracingFields = ['traceparent', 'tracestate', 'baggage', 'b3'] as const;

/** Parameter that asks for times per hop. */
export const timingParameter = 'dnnsplit_timing';
/** Parameter with the export that a relay's contract comes from, both ways. */
export const artifactParameter = 'dnnsplit_artifact';
/** Parameter of an answer with what its tier saw of the link: bytes of the request, and times in milliseconds. */
export const receivedParameter = 'dnnsplit_received';
/** Parameter with the way of a request through the tiers, from each tier to the one above. */
export const routeParameter = 'dnnsplit_route';
/** Parameter of an answer with what tiers see of their links to the tiers above them. */
export const linksParameter = 'dnnsplit_links';
/** Parameter of a model's metadata with the cuts that a tier holds. */
export const holdingParameter = 'dnnsplit_holding';
/** Where a relay below sends bytes that mean nothing, to see how fast they arrive. */
export const probePath = '/v2/dnnsplit/probe';
/** Header that tells relays below apart, so that each one's link is timed by itself. */
export const senderField = 'dnnsplit-sender';
/** Parameters of the protocol's sequence extension. */
export const sequenceIdParameter = 'sequence_id';
export const sequenceStartParameter = 'sequence_start';
export const sequenceEndParameter = 'sequence_end';
/** Parameter with the steps of a session before this one, from each tier to the one above. */
export const stepParameter = 'dnnsplit_step';
/** Parameter with the sessions that a tier has given up, to the tier above. */
export const endedParameter = 'dnnsplit_ended';
const sequenceParameters = [
  sequenceIdParameter,
  sequenceStartParameter,
  sequenceEndParameter,
  stepParameter,
  endedParameter,
] as const;
/** Parameter with the step of an INT8 tensor that stands for float32. */
export const scaleParameter = 'dnnsplit_scale';

/** The time that is left, less some for the way back, so that the tier that is slow speaks before the one below gives up. */
export function timeLeft({ deadlineMs }: Pick<Call, 'deadlineMs'>): Record<string, string> {
  if (!Number.isFinite(deadlineMs)) return {};
  const leftMs = deadlineMs - performance.now();
  return { [timeoutField]: String(Math.max(1, Math.floor(leftMs - Math.min(100, leftMs / 10)))) };
}

/** What the parameters of a request say of its session, as it came; nothing where they say nothing. */
export function sequenceIn(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const said = sequenceParameters.filter((name) => parameters[name] !== undefined && parameters[name] !== null);
  return said.length === 0 ? undefined : Object.fromEntries(said.map((name) => [name, parameters[name]]));
}
