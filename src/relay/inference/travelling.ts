/** Header with the time that is left for a request, in milliseconds; a tier tells the one above. */
export const timeoutField = 'dnnsplit-timeout-ms';
/** Header with the name of a request in the logs of all tiers. */
export const requestIdField = 'x-request-id';

/** Headers that every server on the way gets as they came: W3C Trace Context, and B3 for older meshes. */
export const tracingFields = ['traceparent', 'tracestate', 'baggage', 'b3'] as const;
