import type { ContractDocument } from '../shared/documents/contract';
import { startsWithOf } from '../shared/documents/contractParts';
import { Steering } from './adaptive/steering';
import type { TensorServer } from './execution/tensorServer';
import { TierAbove } from './execution/tierAbove';
import type { Admission } from './service/admission';
import { type Executors, Hop } from './service/hop';
import { InferenceService, type ServiceLimits } from './service/inferenceService';
import type { Log } from './service/log';
import type { Metrics } from './service/metrics';
import { Routing } from './service/routing';
import { type SessionLimits, Sessions } from './sessions/sessions';
import { StatefulHop } from './sessions/statefulHop';
import type { Tracer } from './tracing/tracer';

export interface ServiceParts {
  readonly executors: Executors;
  readonly upstream: TensorServer | undefined;
  readonly metrics: Metrics;
  readonly admission: Admission;
  /** Where spans are asked for. */
  readonly tracer?: Tracer | undefined;
}

/** How often a tier that is lost, or that does not hold what it should, is looked after. */
const lookIntervalMs = 250;

/** What a tier does, put together; `unwatch` ends what it does by itself. */
export function createService(
  contract: ContractDocument,
  { executors, upstream, metrics, admission, tracer }: ServiceParts,
  settings: ServiceLimits &
    SessionLimits & { readonly log: Log; readonly probes?: boolean; readonly refusesUnencoded?: boolean },
): { readonly service: InferenceService; readonly steering: Steering | undefined; readonly unwatch: () => void } {
  const isAdaptive = contract.formatVersion === 2 && contract.position === 0;
  const steering = isAdaptive ? new Steering(contract) : undefined;
  const above =
    upstream &&
    new TierAbove(upstream, contract, {
      linkSeen: (link, estimate) => {
        if (link === contract.position) metrics.linkSeen(estimate);
        else metrics.linkAboveSeen(link, estimate);
        if (estimate.bandwidthMbps !== undefined) steering?.measured(estimate.bandwidthMbps, false, link);
      },
      slow: (likelyMbps) => {
        metrics.linkSeen({ bandwidthMbps: likelyMbps });
        steering?.measured(likelyMbps, true, contract.position);
      },
      worthOf: (cut) => steering?.worthOf(cut),
      found: () => steering?.found(contract.position),
      holds: (holding) => steering?.holds(holding),
    });
  if (steering !== undefined) metrics.steersBy(() => steering.status());
  const hop = new Hop(contract, executors, above, metrics, admission, settings.refusesUnencoded);
  const sessions = startsWithOf(contract).length > 0 ? new Sessions(contract.tier, settings) : undefined;
  if (sessions !== undefined) metrics.keepsSessions(() => sessions.figures);
  const answering = sessions === undefined ? hop : new StatefulHop(contract, hop, sessions, executors);
  const routing = new Routing(contract, hop, answering, steering);
  const service = new InferenceService(contract, hop, routing, admission, metrics, settings, settings.log, tracer);
  const { policy } = contract.formatVersion === 2 ? contract : {};
  const probes = settings.probes !== false && policy?.links.some(({ link }) => link === contract.position) === true;
  const look = () => {
    if (steering?.isRestricted === true) above?.look(probes).catch(() => undefined);
    else if (probes) above?.probe().catch(() => undefined);
  };
  const timer = above && (steering !== undefined || probes) ? setInterval(look, lookIntervalMs).unref() : undefined;
  const unwatch = () => {
    clearInterval(timer);
    sessions?.close();
  };
  return { service, steering, unwatch };
}
