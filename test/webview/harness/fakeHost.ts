import type { Scene } from '../../../src/shared/picture/scene';
import { hasOverrides } from '../../../src/shared/protocol/overrides';
import type { PlanOverrides } from '../../../src/shared/protocol/requests';
import type { FromWebview, PreviewedCut, ToWebview } from '../../../src/shared/protocol/webviewMessages';
import { regionsOf } from './regionMap';
import { planOf, residualNetwork, sceneOf } from './residualNet';

/** What a test may ask of the page besides driving it. */
export interface Harness {
  readonly posted: FromWebview[];
  readonly violations: string[];
  readonly send: (message: ToWebview) => void;
  /** Sends the plan under what is tried out now. */
  readonly sendPlan: () => void;
  /** Sends the plan under other overrides, as when something besides the page has changed them. */
  readonly sendPlanUnder: (overrides: PlanOverrides) => void;
  /** Sends the scene again, with two graphs inside of a node. */
  readonly sendOpenable: (nodeId: string) => void;
  /** Sends the map over two bandwidths, with a limit on latency in milliseconds. */
  readonly sendRegions: (maxLatencyMs?: number) => void;
  /** y of the cut line after a number of nodes in the scene that was sent last. */
  readonly cutLine: (position: number) => number;
  /** Size of the scene that was sent last. */
  readonly world: () => { width: number; height: number };
  /** Upper left corner of a group in the scene that was sent last. */
  readonly group: (id: string) => { x: number; y: number };
  /** Pans by the wheel for a number of frames: milliseconds of work per frame, drawing commands executed included. */
  readonly measurePanning: (frames: number) => Promise<{ work: number[]; withRaster: number[] }>;
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
const cuts = parameters.get('cuts')?.split(',').map(Number);
let overrides: PlanOverrides = cuts === undefined ? {} : { cuts };

const posted: FromWebview[] = [];
const violations: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
const send = (message: ToWebview) => window.postMessage(message, '*');
let scene: Scene | undefined;
const cutLine = (wanted: number) => scene?.cutLines.find(({ position }) => position === wanted)?.y ?? Number.NaN;

const group = (wanted: string) => {
  const { x, y } = scene?.groups.find(({ id }) => id === wanted) ?? { x: Number.NaN, y: Number.NaN };
  return { x, y };
};

const request = window.requestAnimationFrame.bind(window);
let timings: { work: number[]; withRaster: number[] } | undefined;
window.requestAnimationFrame = (callback) =>
  request((now) => {
    const started = performance.now();
    callback(now);
    const worked = performance.now();
    if (timings === undefined) return;
    // Reading a pixel back waits until everything has really been painted.
    document.querySelector('canvas')?.getContext('2d')?.getImageData(0, 0, 1, 1);
    timings.work.push(worked - started);
    timings.withRaster.push(performance.now() - started);
  });

async function measurePanning(frames: number) {
  const canvas = document.querySelector('canvas');
  const measured = { work: [], withRaster: [] };
  timings = measured;
  for (let frame = 0; frame < frames; frame++) {
    canvas?.dispatchEvent(new WheelEvent('wheel', { deltaY: frame % 40 < 20 ? 37 : -37, cancelable: true }));
    await new Promise((resolve) => request(resolve));
  }
  timings = undefined;
  return measured;
}

const world = () => ({ width: scene?.width ?? 0, height: scene?.height ?? 0 });

window.harness = {
  posted,
  violations,
  send,
  sendPlan,
  sendPlanUnder,
  sendRegions,
  sendOpenable,
  world,
  cutLine,
  group,
  measurePanning,
  remembered: undefined,
};

function sendPlan(): void {
  send({ type: 'plan', ...planOf(network, overrides), ...(hasOverrides(overrides) && { tried: overrides }) });
}

function sendPlanUnder(changed: PlanOverrides): void {
  overrides = changed;
  send({ type: 'plan', ...planOf(network, overrides), overrides, tried: overrides });
}

function sendOpenable(nodeId: string): void {
  if (scene === undefined) return;
  const bodies = ['then_branch', 'else_branch'].map((name) => ({ id: `${nodeId}/${name}`, name, nodes: 9 }));
  send({
    type: 'scene',
    scene: { ...scene, nodes: scene.nodes.map((node) => (node.id === nodeId ? { ...node, bodies } : node)) },
  });
}

function sendRegions(maxLatencyMs?: number): void {
  send({ type: 'regions', map: regionsOf(network, maxLatencyMs) });
}

/** A pin of the second node to the last tier is what this host has no plan for. */
function refuse(refused: PlanOverrides): void {
  const message = '`layer0.relu_1` cannot be placed: its pin requires `cloud` or higher.';
  send({
    type: 'refused',
    refused,
    held: overrides,
    error: { code: 'infeasible', message, place: { pins: ['relu_1'] } },
  });
}

/** Two tensors cross wherever no candidate is. */
function answerPreview(cut: PreviewedCut, tried: PlanOverrides): void {
  const { latencyMs, costPerRequest, links } = planOf(network, tried).plan;
  const preview = { latencyMs, costPerRequest, bytes: links.map(({ bytes }) => bytes), tensors: [2, 2] };
  send({ type: 'preview', cut, answer: { preview } });
}

function answer(message: FromWebview): void {
  switch (message.type) {
    case 'ready':
      if (parameters.get('state') === 'progress') {
        send({ type: 'progress', stage: 'Inferring shapes of 513 nodes', fraction: 0.4 });
        return;
      }
      if (parameters.get('state') === 'failed') {
        const sentence = 'residual.onnx ends after 1,204 bytes, in the middle of a node: copy the file again.';
        send({ type: 'failed', error: { code: 'truncated-model', message: sentence } });
        return;
      }
      scene = sceneOf(network, message.folded ?? defaultFolded);
      send({ type: 'scene', scene });
      if (parameters.get('state') !== 'noplan') sendPlan();
      return;
    case 'requestScene':
      if (message.body !== undefined) {
        send({ type: 'scene', scene: sceneOf(residualNetwork(1), []), body: message.body });
        return;
      }
      scene = sceneOf(network, message.folded ?? defaultFolded);
      send({ type: 'scene', scene });
      return;
    case 'override':
      if (message.overrides.pin?.['relu_1'] === 'cloud') refuse(message.overrides);
      else {
        overrides = message.overrides;
        sendPlan();
      }
      return;
    case 'requestRegions': {
      const limit = parameters.get('limit');
      sendRegions(limit === null ? undefined : Number(limit));
      return;
    }
    case 'requestPreview':
      if (parameters.has('previews')) answerPreview(message.cut, message.overrides);
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
  const type = `float32 ${operator.shape.join('x')}`;
  send({
    type: 'details',
    details: {
      id: nodeId,
      orderIndex: network.operators.indexOf(operator),
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
      detail: `${operator.shape.join('x')} float32`,
    }));
  send({ type: 'searchResult', query, hits });
}

/** Most tests look at the top of the graph; with `answer` the page opens by itself, as at its first time. */
const topOfGraph = { camera: { x: -180, y: -24, zoom: 1 } };
const remembered = sessionStorage.getItem('remembered');
const atFirst = parameters.has('answer') ? undefined : topOfGraph;
window.harness.remembered = remembered === null ? atFirst : JSON.parse(remembered);
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
