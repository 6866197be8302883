import type { TensorFact } from '../facts/fact';
import type { Counts } from './count';
import type { PlannedNode } from './plannedGraph';
import type { SharedFacts } from './sharedFacts';

/** What a rule and counting gave for a node: for others like it they would give the same. */
interface KnownResult {
  readonly planned: PlannedNode;
  readonly inputs: readonly (TensorFact | undefined)[];
  readonly outputs: readonly (TensorFact | undefined)[];
  readonly counts: Counts;
}

/** Looking through more of them would take longer than to infer. */
const maximumPerInput = 32;

/**
 * Results of nodes in one inference. Networks repeat their blocks: most nodes have operator, attributes and the facts of
 * their inputs in common with an earlier one, and so their results. Facts are equal where they share an object, and so are
 * attributes, as a reader shares them.
 */
export class KnownResults {
  private readonly byFirstInput = new Map<TensorFact | undefined, KnownResult[]>();

  constructor(private readonly facts: SharedFacts) {}

  find(planned: PlannedNode, inputs: readonly (TensorFact | undefined)[]): KnownResult | undefined {
    const known = this.byFirstInput.get(inputs[0]);
    if (known === undefined || !canBeLikeOthers(planned)) return undefined;
    for (const each of known) if (isAlike(each.planned, planned) && areSame(each.inputs, inputs)) return each;
    return undefined;
  }

  add(result: KnownResult): void {
    const { planned, inputs } = result;
    if (!canBeLikeOthers(planned) || !inputs.every((fact) => this.facts.has(fact))) return;
    const known = this.byFirstInput.get(inputs[0]);
    if (known === undefined) this.byFirstInput.set(inputs[0], [result]);
    else if (known.length < maximumPerInput) known.push(result);
  }
}

/** Not those that have bodies, leave inputs or outputs out, or read a tensor twice: what they read is listed anew. */
function canBeLikeOthers({ node, reads, writes }: PlannedNode): boolean {
  return reads === node.inputs && writes === node.outputs && reads.length > 0;
}

function isAlike({ node, opset }: PlannedNode, other: PlannedNode): boolean {
  return (
    node.op === other.node.op &&
    node.attributes === other.node.attributes &&
    node.domain === other.node.domain &&
    node.outputs.length === other.node.outputs.length &&
    opset === other.opset
  );
}

function areSame(left: readonly (TensorFact | undefined)[], right: readonly (TensorFact | undefined)[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
