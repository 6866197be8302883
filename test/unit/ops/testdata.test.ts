import { onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import type { TensorFact } from '../../../src/engine/shapes/facts/fact';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import {
  hasOperatorCases,
  type OperatorCase,
  operatorCases,
  type ReferenceTensor,
  referenceTensors,
  withoutStatedResults,
  withSmallInputsFixed,
} from '../../support/operatorCases';

/** `open`: what is known is right, but a dimension, the rank or the type is left open. */
type Verdict = 'exact' | 'open' | 'wrong';

interface Finding {
  readonly verdict: Verdict;
  readonly ops: ReadonlySet<string>;
  readonly text: string;
}

/** Results whose size only a run can tell, whatever is known of the shapes. */
const dataDependent = new Set(['Compress', 'NonMaxSuppression', 'NonZero', 'StringNormalizer', 'Unique']);

/** Operators that take a size, a count or axes from an input: a graph input of unknown value leaves the result open. */
const sizedByInput = new Set([
  'BlackmanWindow',
  'ConstantOfShape',
  'Expand',
  'HammingWindow',
  'HannWindow',
  'Loop',
  'MaxUnpool',
  'MelWeightMatrix',
  'OneHot',
  'Pad',
  'Range',
  'ReduceSum',
  'Reshape',
  'Resize',
  'STFT',
  'Slice',
  'Split',
  'Squeeze',
  'Tile',
  'TopK',
  'Unsqueeze',
  'Upsample',
]);

/** The package wrote bfloat16 tensors as the uint16 that numpy keeps them in. */
function isRightType(fact: TensorFact, tensor: ReferenceTensor, each: OperatorCase): boolean {
  if (fact.dtype === tensor.dtype) return true;
  return fact.dtype === 'bfloat16' && tensor.dtype === 'uint16' && each.name.includes('_to_BFLOAT16');
}

function judge(fact: TensorFact | undefined, tensor: ReferenceTensor, each: OperatorCase): Verdict {
  if (fact === undefined) return 'open';
  if (fact.dtype !== 'undefined' && !isRightType(fact, tensor, each)) return 'wrong';
  if (fact.shape === undefined) return 'open';
  if (fact.shape.length !== tensor.shape.length) return 'wrong';
  const fits = fact.shape.every((dim, axis) => typeof dim !== 'number' || dim === tensor.shape[axis]);
  if (!fits) return 'wrong';
  return fact.dtype !== 'undefined' && fact.shape.every((dim) => typeof dim === 'number') ? 'exact' : 'open';
}

function textOf(fact: TensorFact | undefined): string {
  const dims = fact?.shape?.map((dim) => (typeof dim === 'number' ? dim : dim.key));
  return `${fact?.dtype ?? 'nothing'} [${dims?.join(', ') ?? '?'}]`;
}

function findings(mode: 'as published' | 'small inputs fixed'): Finding[] {
  const found: Finding[] = [];
  for (const each of operatorCases()) {
    const inputs = referenceTensors(each, 'input');
    const bare = withoutStatedResults(each.model);
    const proto = mode === 'as published' ? bare : withSmallInputsFixed(bare, inputs, 64);
    const inferred = inferModel(readModel(bufferSource(onnx.ModelProto.encode(proto).finish())), {});
    const ops = new Set(inferred.nodes.map((node) => node.node.op));
    for (const [name, tensor] of referenceTensors(each, 'output')) {
      const fact = inferred.tensors.get(name);
      if (tensor === undefined) continue;
      const verdict = judge(fact, tensor, each);
      found.push({
        verdict,
        ops,
        text: `${each.name} ${name}: ${textOf(fact)}, run ${tensor.dtype} [${tensor.shape}]`,
      });
    }
  }
  return found;
}

function share(found: readonly Finding[], set: ReadonlySet<string>): readonly Finding[] {
  return found.filter((each) => [...each.ops].some((op) => set.has(op)));
}

function report(mode: string, found: readonly Finding[]): void {
  const open = found.filter((each) => each.verdict === 'open');
  const byData = share(open, dataDependent).length;
  const counts = `${found.filter((each) => each.verdict === 'exact').length} exact, ${open.length} open (${byData} of them data-dependent)`;
  console.info(`libonnx-testdata, ${mode}: ${found.length} results, ${counts}`);
}

describe.runIf(hasOperatorCases)('single-operator models of libonnx-testdata', () => {
  it('as published: nothing wrong, open only where an input of unknown value gives a size', () => {
    const found = findings('as published');
    report('as published', found);
    expect(found.length).toBeGreaterThan(1000);
    expect(found.filter((each) => each.verdict === 'wrong').map((each) => each.text)).toEqual([]);
    const unexplained = found.filter(
      (each) => each.verdict === 'open' && ![...each.ops].some((op) => dataDependent.has(op) || sizedByInput.has(op)),
    );
    expect(unexplained.map((each) => each.text)).toEqual([]);
  });

  it('with small inputs fixed: every result exact but those that depend on data', () => {
    const found = findings('small inputs fixed');
    report('small inputs fixed', found);
    expect(found.filter((each) => each.verdict === 'wrong').map((each) => each.text)).toEqual([]);
    const unexplained = found.filter(
      (each) => each.verdict === 'open' && ![...each.ops].some((op) => dataDependent.has(op)),
    );
    expect(unexplained.map((each) => each.text)).toEqual([]);
  });
});

describe.runIf(hasOperatorCases)('results that are no tensors', () => {
  it('are sequences and optionals, left open where a body makes an optional of unknown content', () => {
    const seen = { sequence: 0, optional: 0 };
    for (const each of operatorCases()) {
      for (const { name, type } of each.model.graph?.output ?? []) {
        const kind = type?.sequenceType ? 'sequence' : type?.optionalType ? 'optional' : undefined;
        if (kind === undefined) continue;
        const bytes = onnx.ModelProto.encode(withoutStatedResults(each.model)).finish();
        const inferred = inferModel(readModel(bufferSource(bytes)), {});
        const found = inferred.tensors.get(name ?? '')?.kind;
        if (found === 'opaque' && inferred.nodes.some((node) => node.node.op === 'Loop')) continue;
        expect(found, each.name).toBe(kind);
        seen[kind]++;
      }
    }
    expect(seen.sequence).toBeGreaterThan(5);
  });
});

if (!hasOperatorCases) {
  it.skip('single-operator models: libonnx-testdata is not installed here (a Debian package)', () => undefined);
}
