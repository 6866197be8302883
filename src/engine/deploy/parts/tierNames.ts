import { dnsLabel } from '../../../shared/escape/containers';

/**
 * A name for each tier that files, services and Kubernetes objects accept (DNS-1123 label), unique in the plan and the
 * same for the same plan.
 */
export function tierNames(plan: { readonly tiers: readonly { readonly id: string }[] }): string[] {
  const used = new Set<string>();
  return plan.tiers.map(({ id }) => unique(possible(dnsLabel(id, 'tier')), used));
}

/** Windows has devices by these names in every folder; a folder that is called so cannot be made there, nor copied to it. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

function possible(name: string): string {
  return devices.test(name) ? `${name}-tier` : name;
}

function unique(name: string, used: Set<string>): string {
  let free = name;
  for (let count = 2; used.has(free); count++) free = `${name}-${count}`;
  used.add(free);
  return free;
}
