import type { PlanDocument } from '../../../shared/documents/plan';

/**
 * A name for each tier that files, services and Kubernetes objects accept (DNS-1123 label), unique in the plan and the
 * same for the same plan.
 */
export function tierNames(plan: Pick<PlanDocument, 'tiers'>): string[] {
  const used = new Set<string>();
  return plan.tiers.map(({ id }) => unique(slug(id, 'tier'), used));
}

/** A DNS-1123 label of at most 40 characters made from any text. */
export function slug(text: string, fallback: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return label === '' ? fallback : label;
}

function unique(name: string, used: Set<string>): string {
  let free = name;
  for (let count = 2; used.has(free); count++) free = `${name}-${count}`;
  used.add(free);
  return free;
}
