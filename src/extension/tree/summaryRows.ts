import { markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import type { AnalysisReport } from '../../shared/reports/reports';
import type { TensorReport } from '../../shared/reports/tensorReports';
import { bytesText, countText, macsText, shapeText } from '../../shared/vocabulary/quantities';
import { baseName } from '../window/paths';
import type { Translate } from '../window/text';
import type { TreeRow } from './row';

type Model = AnalysisReport['model'];

/** What the model is: who made it, what it takes and gives, how large it is, and where its weights are. */
export function summarySection(modelUri: string, { model }: AnalysisReport, t: Translate): TreeRow {
  const { uncountedNodes: uncounted } = model;
  const macs = macsText(model.macs);
  const facts: readonly (readonly [id: string, label: string, value: string])[] = [
    ['producer', t('Producer'), model.producer === '' ? t('not stated') : model.producer],
    ['opset', t('Opset'), opsetText(model)],
    ['nodes', t('Nodes'), String(model.nodes)],
    ['parameters', t('Parameters'), countText(model.parameters)],
    [
      'macs',
      t('MACs'),
      uncounted === undefined
        ? macs
        : fillPlaces(t('{0}, excluding {1|# node|# nodes} of unknown size'), macs, uncounted),
    ],
    ['weights', t('Weights'), weightsText(model)],
    ['weightFiles', t('Weight files'), filesText(model, t)],
    ['inputs', t('Inputs'), tensorsText(model.inputs)],
    ['outputs', t('Outputs'), tensorsText(model.outputs)],
  ];
  return {
    id: 'model',
    label: t('Model'),
    description: baseName(modelUri),
    icon: 'symbol-class',
    kind: 'section',
    children: facts.map(([id, label, value]) => ({
      id: `model/${id}`,
      label: t('{0}: {1}', label, value),
      description: '',
      icon: 'info',
      kind: 'fact' as const,
      tooltip: () => markdownText(t('{0}: {1}', label, value)),
      children: [],
    })),
  };
}

/** `17`, and other domains by name: `17, com.microsoft 1`. */
function opsetText({ opsets }: Model): string {
  const { '': usual, 'ai.onnx': named, ...others } = opsets;
  const first = usual ?? named;
  return [
    ...(first === undefined ? [] : [String(first)]),
    ...Object.entries(others).map(([domain, version]) => `${domain} ${version}`),
  ].join(', ');
}

/** `14.2 MB float32`, each type with its share where there are several. */
function weightsText({ weightBytes, bodyWeightBytes = 0, weightTypes = [] }: Model): string {
  const whole = bytesText(weightBytes + bodyWeightBytes);
  const [only, ...others] = weightTypes;
  if (only === undefined) return whole;
  if (others.length === 0) return `${whole} ${only.dtype}`;
  return `${whole} (${weightTypes.map(({ dtype, bytes }) => `${bytesText(bytes)} ${dtype}`).join(', ')})`;
}

function filesText({ weightFiles }: Model, t: Translate): string {
  if (weightFiles === undefined) return t('in the model itself');
  const { files, missing } = weightFiles;
  const beside = fillPlaces(t('{0|# file|# files} beside the model'), files.length);
  return missing.length === 0 ? beside : t('{0}, {1} missing', beside, missing.length);
}

/** Tensors that are told one by one. */
const mostTensors = 4;

function tensorsText(tensors: readonly TensorReport[]): string {
  const shown = tensors.slice(0, mostTensors).map(({ name, dtype, shape }) => `${name} ${shapeText(shape)} ${dtype}`);
  return [...shown, ...(tensors.length > mostTensors ? ['…'] : [])].join(', ');
}
