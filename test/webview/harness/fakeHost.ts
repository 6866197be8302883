import type { PlanOverrides } from '../../../src/protocol/requests';
import type { FromWebview, ToWebview } from '../../../src/protocol/webviewMessages';
import { planOf, residualNetwork, sceneOf } from './residualNet';

/** What a test may ask of the page besides driving it. */
export interface Harness {
  readonly posted: FromWebview[];
  readonly violations: string[];
  readonly send: (message: ToWebview) => void;
  remembered: unknown;
}

declare global {
  interface Window {
    harness: Harness;
  }
}

const parameters = new URLSearchParams(location.search);
const blocks = Number(parameters.get('blocks') ?? '6');
const network = residualNetwork(blocks);
const allFolded = Array.from({ length: blocks }, (_, block) => `fold:block${block}`);
const defaultFolded = parameters.get('unfolded') === '1' ? [] : allFolded.filter((_, block) => block !== 1);
let overrides: PlanOverrides = {};

const posted: FromWebview[] = [];
const violations: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
const send = (message: ToWebview) => window.postMessage(message, '*');
window.harness = { posted, violations, send, remembered: undefined };

function answer(message: FromWebview): void {
  switch (message.type) {
    case 'ready':
      send({ type: 'init', modelName: 'residual.onnx', strings: {} });
      if (parameters.get('state') === 'progress') {
        send({ type: 'progress', stage: 'Inferring shapes of 513 nodes', fraction: 0.4 });
        return;
      }
      if (parameters.get('state') === 'failed') {
        const sentence = 'residual.onnx ends after 1,204 bytes, in the middle of a node: copy the file again.';
        send({ type: 'failed', error: { code: 'truncated-model', message: sentence } });
        return;
      }
      send({ type: 'scene', scene: sceneOf(network, message.folded ?? defaultFolded) });
      send({ type: 'plan', ...planOf(network, overrides) });
      return;
    case 'requestScene':
      send({ type: 'scene', scene: sceneOf(network, message.folded ?? defaultFolded) });
      return;
    case 'override':
      overrides = message.overrides;
      send({ type: 'plan', ...planOf(network, overrides) });
      return;
    case 'requestDetails':
      answerDetails(message.nodeId);
      return;
    case 'search':
      answerSearch(message.query);
      return;
    default:
  }
}

function answerDetails(nodeId: string): void {
  const operator = network.operators.find(({ id }) => id === nodeId);
  if (operator === undefined) return;
  const type = `float32 ${operator.shape.join('×')}`;
  send({
    type: 'details',
    details: {
      id: nodeId,
      label: `layer${Math.max(0, operator.block)}.${nodeId}`,
      op: operator.op,
      domain: '',
      modulePath: `model/layer${Math.max(0, operator.block)}`,
      attributes:
        operator.op === 'Conv'
          ? [
              { name: 'kernel_shape', value: '[3, 3]' },
              { name: 'strides', value: '[1, 1]' },
            ]
          : [],
      inputs: operator.inputs.map((name) => ({ name, type, from: name === 'input' ? null : name })),
      outputs: [
        {
          name: `${nodeId}_out`,
          type,
          usedBy: network.operators.filter(({ inputs }) => inputs.includes(nodeId)).map(({ id }) => id),
        },
      ],
      macs: operator.macs,
      weightBytes: operator.weightBytes,
      timeMsPerTier: ['device', 'edge', 'cloud'].map((tier, index) => ({
        tier,
        ms: 1.6 / (index * 9 + 1),
        measured: index === 0,
      })),
    },
  });
}

function answerSearch(query: string): void {
  const wanted = query.toLowerCase();
  const hits = network.operators
    .map((operator, orderIndex) => ({ operator, orderIndex }))
    .filter(({ operator }) => `${operator.id} ${operator.op}`.toLowerCase().includes(wanted))
    .slice(0, 50)
    .map(({ operator, orderIndex }) => ({
      nodeId: operator.id,
      orderIndex,
      label: `layer${Math.max(0, operator.block)}.${operator.id}`,
      op: operator.op,
      detail: `${operator.shape.join('×')} float32`,
    }));
  send({ type: 'searchResult', query, hits });
}

const remembered = sessionStorage.getItem('remembered');
window.harness.remembered = remembered === null ? undefined : JSON.parse(remembered);
Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage(message: FromWebview) {
      posted.push(message);
      answer(message);
    },
    getState: () => window.harness.remembered,
    setState(state: unknown) {
      window.harness.remembered = state;
      sessionStorage.setItem('remembered', JSON.stringify(state));
      return state;
    },
  }),
});
