import { type Sentence, say } from '../../../shared/messages/say';
import type { StatedDim, ValueInfo } from '../../onnx/model';
import type { Dim } from '../algebra/dim';
import { freshDim } from '../algebra/dimExpression';
import type { TensorFact } from '../facts/fact';
import type { DimensionBindings, InferenceDiagnostic } from '../facts/inferred';
import { isDimName, namedDim } from './bindings';
import { disagreement, factOfType, fillGaps, isStatedAs } from './statedType';

type Severity = InferenceDiagnostic['severity'];
type Report = (severity: Severity, sentence: Sentence, nodeId: string, tensor: string) => void;

/** Holds what the file states about tensors against what was inferred: fills gaps and reports disagreements. */
export class StatedTypes {
  constructor(
    private readonly bindings: DimensionBindings,
    private readonly report: Report,
  ) {}

  /** The inferred fact with its gaps filled; disagreements are reported when a severity is given. */
  complete(inferred: TensorFact, info: ValueInfo, nodeId: string, severity?: Severity): TensorFact {
    if (info.type === undefined || isStatedAs(inferred, info.type)) return inferred;
    const stated = factOfType(info.type, (dim, axis) => this.dim(info.name, axis, dim, nodeId));
    if (severity !== undefined) {
      const difference = disagreement(inferred, stated);
      if (difference !== undefined) {
        this.report(severity, say('shapes.stated', { tensor: info.name, difference }), nodeId, info.name);
      }
    }
    return fillGaps(inferred, stated);
  }

  private dim(tensor: string, axis: number, stated: StatedDim, nodeId: string): Dim {
    if (typeof stated === 'number' && stated >= 0) return stated;
    if (typeof stated === 'string' && isDimName(stated)) return namedDim(stated, this.bindings);
    return freshDim(`${tensor}.${axis}`, nodeId);
  }
}
