import { findNodeAtLocation, getLocation, type Node as JsonNode, parseTree } from 'jsonc-parser';

/** A tier or a link of a plan, by its index. */
export interface PlanPlace {
  readonly list: 'tiers' | 'links';
  readonly index: number;
}

/** What stands at an offset of a plan document's text: the tier or link around it, where there is one. */
export function placeAt(text: string, offset: number): PlanPlace | undefined {
  const [list, index] = getLocation(text, offset).path;
  return (list === 'tiers' || list === 'links') && typeof index === 'number' ? { list, index } : undefined;
}

/** The text of a plan document, as far as it tells which nodes run where. */
export class PlanText {
  readonly #root: JsonNode | undefined;
  /** Per tier the first and last file index of each run of nodes. */
  readonly #runs: readonly (readonly (readonly [string, string])[])[];

  constructor(text: string) {
    this.#root = parseTree(text);
    const tiers = this.#root && findNodeAtLocation(this.#root, ['tiers'])?.children;
    this.#runs = (tiers ?? []).map((tier) =>
      (findNodeAtLocation(tier, ['nodes'])?.children ?? []).map(({ value }) => runOf(String(value))),
    );
  }

  /** Path of the model, relative to the document. */
  get modelFile(): string | undefined {
    const file: unknown = this.#root && findNodeAtLocation(this.#root, ['model', 'file'])?.value;
    return typeof file === 'string' ? file : undefined;
  }

  /** Nodes that stand for a place: the first and last of a tier, the last before a link. */
  nodesOf({ list, index }: PlanPlace): readonly string[] {
    if (list === 'links') {
      const last = this.#runs
        .slice(0, index + 1)
        .flat()
        .at(-1)?.[1];
      return last === undefined ? [] : [last];
    }
    const runs = this.#runs[index] ?? [];
    const ends = [runs[0]?.[0], runs.at(-1)?.[1]].filter((id) => id !== undefined);
    return [...new Set(ends)];
  }

  /** The place of selected nodes: the link that they stand before, else the tier that runs the first of them. */
  placeOf(nodeIds: readonly string[]): PlanPlace | undefined {
    const [id] = nodeIds;
    if (id === undefined) return undefined;
    const tier = this.#runs.findIndex((runs) => runs.some((run) => isWithin(id, run)));
    if (tier < 0) return undefined;
    const isBoundary = nodeIds.length === 1 && tier < this.#runs.length - 1 && this.#runs[tier]?.at(-1)?.[1] === id;
    return isBoundary ? { list: 'links', index: tier } : { list: 'tiers', index: tier };
  }

  /** Where a place stands in the text. */
  rangeOf({ list, index }: PlanPlace): { readonly offset: number; readonly length: number } | undefined {
    return this.#root && findNodeAtLocation(this.#root, [list, index]);
  }
}

/** `3..9` or `3`. */
function runOf(text: string): readonly [string, string] {
  const [first = text, last = first] = text.split('..');
  return [first, last];
}

function isWithin(id: string, [first, last]: readonly [string, string]): boolean {
  if (id === first || id === last) return true;
  const index = Number(id);
  return index > Number(first) && index < Number(last);
}
