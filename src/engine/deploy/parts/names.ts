import type { PlanDocument } from '../../../shared/documents/plan';
import { dnsLabel, imageTag } from '../../../shared/escape/containers';

/** What a deployment and its images are named by. */
export interface NamedDeployment {
  readonly plan: PlanDocument;
  /** Changes with the parts, their contracts and the relay's program; lower-case letters and digits, short enough for a tag. */
  readonly revision: string;
  /** What the deployment is called instead of its model. */
  readonly name?: string | undefined;
  /** Registry that images are pushed to and pulled from; they stay on the machine that builds them otherwise. */
  readonly registry?: string | undefined;
}

/** Names of files that say nothing of the model in them; two of these would become one deployment. */
const commonNames: ReadonlySet<string> = new Set(['model', 'best', 'last', 'final', 'export', 'output']);

/** Name of the deployment as targets accept it: the one that was given, or the model's. */
export function modelSlug({ plan, name }: Pick<NamedDeployment, 'plan' | 'name'>): string {
  if (name !== undefined) return dnsLabel(name, 'model');
  const label = dnsLabel(plan.model.name, 'model');
  return commonNames.has(label) ? `${label}-${plan.model.structureHash.replace(/^sha256:/, '').slice(0, 6)}` : label;
}

/** Image with a tier's part in it: another tag for every other part, so that no machine goes on running an old one. */
export function tierImage(input: NamedDeployment, tier: { readonly name: string }): string {
  return `${inRegistry(input)}dnnsplit-${modelSlug(input)}-${tier.name}:${input.revision}`;
}

/** Image of a relay without a part of its own, of the version that made the plan. */
export function relayImage(input: NamedDeployment): string {
  return `${inRegistry(input)}dnnsplit-relay:${imageTag(`${input.plan.tool.version}-${input.revision}`)}`;
}

function inRegistry({ registry }: NamedDeployment): string {
  return registry === undefined ? '' : `${registry.replace(/\/+$/, '')}/`;
}
