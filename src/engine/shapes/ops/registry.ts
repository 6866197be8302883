import type { OpEntry, OpTable } from '../facts/rule';
import { activationOps } from './activation';
import { attentionOps, previewAttentionOps } from './attention';
import { blockedLayoutOps } from './blockedLayout';
import { contribOps } from './contrib';
import { controlOps } from './control';
import { convolutionOps } from './convolution';
import { elementwiseOps } from './elementwise';
import { gatheringOps } from './gathering';
import { imagingExtensionOps, imagingOps } from './imaging';
import { joiningOps } from './joining';
import { linearAttentionOps } from './linearAttention';
import { lossOps } from './loss';
import { makingOps } from './making';
import { matrixOps } from './matrix';
import { mlOps } from './ml';
import { normalizationOps } from './normalization';
import { poolingOps } from './pooling';
import { quantizationOps } from './quantization';
import { recurrentOps } from './recurrent';
import { reductionOps } from './reduction';
import { reshapingOps } from './reshaping';
import { resizeOps } from './resize';
import { sequenceOps } from './sequence';
import { signalOps } from './signal';
import { slicingOps } from './slicing';
import { textOps } from './text';
import { trainingOps } from './training';

/** The families of each domain; where two families know an operator, the later one counts. */
const familiesByDomain: ReadonlyMap<string, readonly OpTable[]> = new Map([
  [
    '',
    [
      controlOps,
      elementwiseOps,
      gatheringOps,
      joiningOps,
      makingOps,
      reshapingOps,
      sequenceOps,
      slicingOps,
      textOps,
      activationOps,
      attentionOps,
      convolutionOps,
      imagingOps,
      linearAttentionOps,
      lossOps,
      matrixOps,
      normalizationOps,
      poolingOps,
      quantizationOps,
      recurrentOps,
      reductionOps,
      resizeOps,
      signalOps,
    ],
  ],
  ['ai.onnx.ml', [mlOps]],
  ['ai.onnx.preview', [previewAttentionOps]],
  ['ai.onnx.preview.training', [trainingOps]],
  ['com.microsoft', [contribOps]],
  ['com.microsoft.nchwc', [blockedLayoutOps]],
  ['com.microsoft.extensions', [imagingExtensionOps]],
]);

const opsByDomain: ReadonlyMap<string, ReadonlyMap<string, OpEntry>> = new Map(
  [...familiesByDomain].map(([domain, families]) => [
    domain,
    new Map(families.flatMap((table) => Object.entries(table))),
  ]),
);

/** What is known of an operator; nothing for unknown and custom ones. The empty domain is ai.onnx. */
export function findOp(domain: string, op: string): OpEntry | undefined {
  const known = opsByDomain.get(domain)?.get(op);
  if (known !== undefined || domain !== '') return known;
  // ONNX Runtime's optimizer writes some of its own operators (SimplifiedLayerNormalization) without their domain.
  return opsByDomain.get('com.microsoft')?.get(op);
}

/** Names of all known operators by domain, sorted. */
export function knownOps(): ReadonlyMap<string, readonly string[]> {
  return new Map([...opsByDomain].map(([domain, ops]) => [domain, [...ops.keys()].sort()]));
}
