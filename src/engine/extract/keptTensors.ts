import { nearestWord } from '../../shared/documents/nearest';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { InferredModel } from '../shapes/facts/inferred';

/**
 * A model with inner tensors among its outputs, so that a chain of its parts answers them too.
 * @throws DnnSplitError `bad-usage` for a tensor that no node of the model makes
 */
export function withKept(inferred: InferredModel, keep: readonly string[]): InferredModel {
  if (keep.length === 0) return inferred;
  const made = new Set(inferred.model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '')));
  const unknown = keep.find((name) => !made.has(name));
  if (unknown !== undefined) {
    const nearest = nearestWord(unknown, made);
    throw new DnnSplitError(
      'bad-usage',
      nearest === undefined
        ? say('split.keep', { tensor: unknown })
        : say('split.keepNearest', { tensor: unknown, nearest }),
    );
  }
  return { ...inferred, outputs: [...new Set([...inferred.outputs, ...keep])] };
}
