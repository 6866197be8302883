/** Models of one odd kind each, as large as wanted: what takes time in proportion must not take its square. */
import { writeFileSync } from 'node:fs';
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const float32 = 1;
const { GRAPH, INT } = onnx.AttributeProto.AttributeType;

/**
 * @typedef {import('onnx-proto').onnx.INodeProto} Node
 * @typedef {Record<string, readonly (number | string)[]>} Inputs
 * @typedef {{ readonly nodes: Node[], readonly inputs: Inputs, readonly outputs: readonly string[], readonly functions?: readonly import('onnx-proto').onnx.IFunctionProto[] }} Drawn
 */

/** @param {string} opType @param {readonly string[]} input @param {string} output @param {import('onnx-proto').onnx.IAttributeProto[]} [attribute] @returns {Node} */
function node(opType, input, output, attribute = []) {
  return { opType, input: [...input], output: [output], attribute };
}

/** @param {number} count @param {(index: number) => string} name */
const names = (count, name) => Array.from({ length: count }, (_, index) => name(index));

/** @param {string} name @param {readonly (number | string)[]} dims */
function typed(name, dims) {
  const dim = dims.map((each) => (typeof each === 'number' ? { dimValue: each } : { dimParam: each }));
  return { name, type: { tensorType: { elemType: float32, shape: { dim } } } };
}

/** @param {string} path @param {Drawn} drawn */
function write(path, { nodes, inputs, outputs, functions = [] }) {
  const graph = {
    name: 'generated',
    node: nodes,
    input: Object.entries(inputs).map(([name, dims]) => typed(name, dims)),
    output: outputs.map((name) => ({ name })),
  };
  const opsetImport = [
    { domain: '', version: 17 },
    { domain: 'local', version: 1 },
  ];
  const model = { irVersion: 8, opsetImport, graph, functions: [...functions] };
  writeFileSync(path, onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish());
}

const axis = { name: 'axis', type: INT, i: 0 };

/** One Concat of inputs that each have a symbol of their own. @param {number} count @returns {Drawn} */
function symbolicSum(count) {
  const inputs = names(count, (index) => `x${index}`);
  return {
    nodes: [node('Concat', inputs, 'y', [axis])],
    inputs: Object.fromEntries(inputs.map((name, index) => [name, [`s${index}`, 4]])),
    outputs: ['y'],
  };
}

/** The same one by one: every sum has one symbol more. @param {number} count @returns {Drawn} */
function symbolicSums(count) {
  const inputs = names(count, (index) => `x${index}`);
  return {
    nodes: inputs.map((name, index) =>
      node('Concat', [index === 0 ? 'x0' : `y${index - 1}`, name], `y${index}`, [axis]),
    ),
    inputs: Object.fromEntries(inputs.map((name, index) => [name, [`s${index}`, 4]])),
    outputs: [`y${count - 1}`],
  };
}

/** Axes with symbols of their own that are broadcast against each other, all of which are read once more at the end. @param {number} count @returns {Drawn} */
function symbolicBroadcasts(count) {
  const inputs = names(count, (index) => `x${index}`);
  return {
    // Without the last node each place would be a candidate, and name all inputs that are still to come.
    nodes: [
      ...inputs.map((name, index) => node('Add', [index === 0 ? 'x0' : `y${index - 1}`, name], `y${index}`)),
      node('Sum', [`y${count - 1}`, ...inputs], 'z'),
    ],
    inputs: Object.fromEntries(inputs.map((name, index) => [name, [`s${index}`, 4]])),
    outputs: ['z'],
  };
}

/** @param {number} count @returns {Drawn} */
function fanIn(count) {
  const inputs = names(count, (index) => `x${index}`);
  return {
    nodes: [node('Sum', inputs, 'y')],
    inputs: Object.fromEntries(inputs.map((name) => [name, [1, 4]])),
    outputs: ['y'],
  };
}

/** @param {number} count @returns {Drawn} */
function fanOut(count) {
  return {
    nodes: names(count, (index) => `y${index}`).map((name) => node('Relu', ['x'], name)),
    inputs: { x: [1, 4] },
    outputs: names(count, (index) => `y${index}`),
  };
}

/** Branches of two nodes beside each other. @param {number} count @returns {Drawn} */
function wide(count) {
  const ends = names(count, (index) => `b${index}`);
  return {
    nodes: [
      ...ends.flatMap((end, index) => [node('Relu', ['x'], `a${index}`), node('Sigmoid', [`a${index}`], end)]),
      node('Sum', ends, 'y'),
    ],
    inputs: { x: [1, 64, 64] },
    outputs: ['y'],
  };
}

/** A chain. @param {number} count @returns {Drawn} */
function long(count) {
  return {
    nodes: names(count, (index) => `y${index}`).map((name, index) =>
      node('Relu', [index === 0 ? 'x' : `y${index - 1}`], name),
    ),
    inputs: { x: [1, 4] },
    outputs: [`y${count - 1}`],
  };
}

/** Bodies in bodies; each captures a tensor from outside. @param {number} depth @returns {Drawn} */
function nestedBodies(depth) {
  /** @type {Node} */
  let inner = node('Relu', ['x'], 'r');
  for (let level = 0; level < depth; level++) {
    const body = (/** @type {string} */ name) => ({
      name,
      node: [inner, node('Identity', [inner.output?.[0] ?? ''], `o${level}`)],
      output: [{ name: `o${level}` }],
    });
    inner = node('If', ['c'], `if${level}`, [
      { name: 'then_branch', type: GRAPH, g: body(`then${level}`) },
      {
        name: 'else_branch',
        type: GRAPH,
        g: { name: `else${level}`, node: [node('Identity', ['x'], `e${level}`)], output: [{ name: `e${level}` }] },
      },
    ]);
  }
  const [output = ''] = inner.output ?? [];
  return {
    nodes: [node('Cast', ['b'], 'c', [{ name: 'to', type: INT, i: 9 }]), inner],
    inputs: { x: [1, 4], b: [] },
    outputs: [output],
  };
}

/** Functions that call functions. @param {number} depth @returns {Drawn} */
function nestedFunctions(depth) {
  const functions = names(depth, (level) => `f${level}`).map((name, level) => ({
    name,
    domain: 'local',
    input: ['a'],
    output: ['b'],
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'local', version: 1 },
    ],
    node: [
      level === 0 ? node('Relu', ['a'], 't') : { ...node(`f${level - 1}`, ['a'], 't'), domain: 'local' },
      node('Neg', ['t'], 'b'),
    ],
  }));
  return {
    nodes: [{ ...node(`f${depth - 1}`, ['x'], 'y'), domain: 'local' }],
    inputs: { x: [1, 4] },
    outputs: ['y'],
    functions,
  };
}

/** A chain whose tensors and symbol have names of a megabyte. @param {number} count nodes @returns {Drawn} */
function longNames(count) {
  const name = 'n'.repeat(1_000_000);
  return {
    nodes: names(count, (index) => `${name}${index}`).map((output, index) =>
      node('Concat', [index === 0 ? 'x' : `${name}${index - 1}`, 'x'], output, [axis]),
    ),
    inputs: { x: [`${name}_size`, 4] },
    outputs: [`${name}${count - 1}`],
  };
}

/** Every kind with the sizes that are measured: the larger one must cost about as much more as it is larger. */
export const growingModels = /** @type {const} */ ([
  { kind: 'a sum of symbols', sizes: [3_000, 12_000], draw: symbolicSum },
  { kind: 'sums of symbols, one by one', sizes: [3_000, 12_000], draw: symbolicSums },
  { kind: 'symbols that are broadcast', sizes: [3_000, 12_000], draw: symbolicBroadcasts },
  { kind: 'fan-in', sizes: [25_000, 100_000], draw: fanIn },
  { kind: 'fan-out', sizes: [10_000, 40_000], draw: fanOut },
  { kind: 'branches beside each other', sizes: [4_000, 16_000], draw: wide },
  { kind: 'bodies in bodies', sizes: [8, 32], draw: nestedBodies },
  { kind: 'functions in functions', sizes: [45, 180], draw: nestedFunctions },
  { kind: 'names of a megabyte', sizes: [8, 32], draw: longNames },
  { kind: 'nodes', sizes: [125_000, 500_000], draw: long },
]);

/** @param {string} path @param {(size: number) => Drawn} draw @param {number} size */
export function writeGrowing(path, draw, size) {
  write(path, draw(size));
}
