/** A part of a plan on one side of a cut, with its figures: one per measure. */
export interface Label {
  readonly values: readonly number[];
  /** The cut at the far end of the part's last tier, and the part beyond it; none at the end of the model. */
  readonly beyond: { readonly cut: number; readonly label: Label } | undefined;
}

/** Labels of one cut, none of which another one matches or beats in every deciding measure. */
export type Front = readonly Label[];

/** The labels that no other one matches or beats in every deciding measure, by the first of these; the first of equals. */
export function efficient(labels: readonly Label[], deciding: readonly number[]): Label[] {
  const [first = 0, second = first] = deciding;
  const at = (label: Label, m: number) => label.values[m] ?? 0;
  const sorted = [...labels].sort((a, b) => at(a, first) - at(b, first) || at(a, second) - at(b, second));
  const kept: Label[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (const label of sorted) {
    if (deciding.length <= 2) {
      if (at(label, second) >= lowest) continue;
      lowest = at(label, second);
    } else if (kept.some((other) => deciding.every((m) => at(other, m) <= at(label, m)))) continue;
    kept.push(label);
  }
  return kept;
}

/** The plan with the least first measure; the first of equals. */
export function lowestLabel(plans: readonly Label[]): Label | undefined {
  return plans.reduce<Label | undefined>(
    (best, plan) => (best === undefined || firstValue(plan) < firstValue(best) ? plan : best),
    undefined,
  );
}

/** The first measure, which is the objective's. */
export function firstValue({ values }: Label): number {
  return values[0] ?? Number.POSITIVE_INFINITY;
}

/** The cuts on all links of a plan, from the parts below and above one of them. */
export function chainOf(lower: Label, cut: number, upper: Label): number[] {
  return [...cutsOf(lower).reverse(), cut, ...cutsOf(upper)];
}

/** The cuts on all links of a whole plan. */
export function cutsOfPlan(plan: Label): number[] {
  return cutsOf(plan).reverse();
}

/** The cuts beyond a part, the nearest first; the ends of the model are none. */
export function cutsOf(part: Label): number[] {
  const cuts: number[] = [];
  for (let at = part.beyond; at?.label.beyond !== undefined; at = at.label.beyond) cuts.push(at.cut);
  return cuts;
}
