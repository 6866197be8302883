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
/** Parameter with the step of an INT8 tensor that stands for float32. */
export const scaleParameter = 'dnnsplit_scale';

/** The time that is left, less some for the way back, so that the tier that is slow speaks before the one below gives up. */
export function timeLeft({ deadlineMs }: Pick<Call, 'deadlineMs'>): Record<string, string> {
  if (!Number.isFinite(deadlineMs)) return {};
  const leftMs = deadlineMs - performance.now();
  return { [timeoutField]: String(Math.max(1, Math.floor(leftMs - Math.min(100, leftMs / 10)))) };
}
