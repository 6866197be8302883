import { Metadata, status } from '@grpc/grpc-js';
import { Refusal, type RefusalStatus } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';

/** gRPC's codes for the statuses of HTTP that a refusal has (google.rpc.Code). */
const codes: Readonly<Record<RefusalStatus, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  404: status.NOT_FOUND,
  405: status.UNIMPLEMENTED,
  408: status.DEADLINE_EXCEEDED,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  415: status.UNIMPLEMENTED,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  500: status.INTERNAL,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** Statuses of HTTP for the codes of other makers' servers; every other code means that the server failed. */
const statuses: Readonly<Partial<Record<status, RefusalStatus>>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.OUT_OF_RANGE]: 400,
  [status.DEADLINE_EXCEEDED]: 504,
  [status.RESOURCE_EXHAUSTED]: 429,
};

const statusField = 'dnnsplit-status';
const retryField = 'retry-after';
const detailsField = 'dnnsplit-details';

/** An error for gRPC; relays find the exact status beside its code. */
export function grpcError({ status: httpStatus, message, retryAfterS, details }: Refusal) {
  const metadata = new Metadata();
  metadata.set(statusField, String(httpStatus));
  if (retryAfterS !== undefined) metadata.set(retryField, String(retryAfterS));
  if (Object.keys(details).length > 0) metadata.set(detailsField, JSON.stringify(details));
  return { code: codes[httpStatus], details: message, metadata };
}

/** What an error of a call says to the sender of a request. @param title names the server */
export function refusalOfGrpc(
  title: string,
  address: string,
  { code, details, metadata }: { code: status; details: string; metadata: Metadata },
): Refusal {
  const told = Number(metadata.get(statusField)[0] ?? Number.NaN);
  const known = [400, 409, 413, 429, 503, 504] as const;
  if (Number.isNaN(told) && code === status.UNAVAILABLE)
    return new Refusal(502, say('peer.unreachable', { title, address, reason: details }));
  const httpStatus = known.find((one) => one === told) ?? (Number.isNaN(told) ? statuses[code] : undefined) ?? 502;
  const after = Number(metadata.get(retryField)[0] ?? 1);
  return new Refusal(
    httpStatus,
    say('peer.answered', { title, status: status[code], reason: details }),
    httpStatus === 429 || httpStatus === 503 ? after : undefined,
    {},
    detailsIn(metadata),
  );
}

function detailsIn(metadata: Metadata): Record<string, unknown> {
  try {
    return { ...JSON.parse(String(metadata.get(detailsField)[0] ?? '{}')) };
  } catch {
    return {};
  }
}
