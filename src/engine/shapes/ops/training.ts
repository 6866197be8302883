import { say } from '../../../shared/messages/say';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { perInput } from './counting';
import { dtypeOf } from './shapeMath';

/**
 * Optimizers of ai.onnx.preview.training: after the rate and the step come `groups` groups of n tensors (weights,
 * gradients, states...); the results are the groups `updated`, one after another, with unchanged types and shapes.
 */
function optimizer(groups: number, updated: readonly number[], cost: number): OpEntry {
  const infer = (context: RuleContext): void => {
    const perGroup = Math.floor((context.inputCount - 2) / groups);
    if (perGroup * groups !== context.inputCount - 2) {
      context.problem(say('shapes.groups', { given: context.inputCount - 2, groups }));
      return;
    }
    for (const [position, group] of updated.entries()) {
      for (let index = 0; index < perGroup; index++) {
        const source = 2 + group * perGroup + index;
        context.output(position * perGroup + index, dtypeOf(context, source), context.shape(source));
      }
    }
  };
  return { infer, elementwiseOps: perInput(cost, 2) };
}

/** Gradient: the derivative by each of `xs`, which are the first inputs. */
function inferGradient(context: RuleContext): void {
  for (const index of (context.strings('xs') ?? []).keys()) {
    context.output(index, dtypeOf(context, index), context.shape(index));
  }
}

/** ai.onnx.preview.training, version 1. */
export const trainingOps: OpTable = {
  Adagrad: optimizer(3, [0, 2], 6),
  Adam: optimizer(4, [0, 2, 3], 12),
  Momentum: optimizer(3, [0, 2], 5),
  // The work of a derivative depends on the graph that it runs back through, which is not known here.
  Gradient: { infer: inferGradient, elementwiseOps: () => undefined },
};
