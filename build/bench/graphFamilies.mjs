/** Graphs of one family each, as large as wanted: which nodes a node reads, in an order in which they can run. */

/** @typedef {readonly (readonly number[])[]} Readings for each node the nodes that it reads; none: the model's input */
/** @typedef {{ readonly name: string, readonly draw: (size: number) => Readings }} GraphFamily */

/** @param {number} count */
const chain = (count) => Array.from({ length: count }, (_, index) => (index === 0 ? [] : [index - 1]));

/** Branches of two nodes between a fork and a join. @param {number} branches @returns {Readings} */
function wide(branches) {
  /** @type {number[][]} */
  const readings = [[]];
  const ends = [];
  for (let branch = 0; branch < branches; branch++) {
    readings.push([0]);
    ends.push(readings.push([readings.length - 1]) - 1);
  }
  readings.push(ends);
  return readings;
}

/** Layers of which each node reads all nodes of the layer before. @param {number} layers @param {number} width @returns {Readings} */
function allToAll(layers, width) {
  return Array.from({ length: layers * width + 1 }, (_, node) => {
    const layer = Math.min(Math.floor(node / width), layers);
    return layer === 0 ? [] : Array.from({ length: width }, (_each, index) => (layer - 1) * width + index);
  });
}

/** @param {number} side @returns {Readings} */
function grid(side) {
  return Array.from({ length: side * side }, (_, node) => {
    const [row, column] = [Math.floor(node / side), node % side];
    return [...(row > 0 ? [node - side] : []), ...(column > 0 ? [node - 1] : [])];
  });
}

/** The stages of a fast Fourier transform, and a sum at the end. @param {number} stages @returns {Readings} */
function butterfly(stages) {
  const width = 2 ** stages;
  const nodes = Array.from({ length: width * (stages + 1) }, (_, node) => {
    const [stage, index] = [Math.floor(node / width), node % width];
    if (stage === 0) return [];
    const before = (stage - 1) * width;
    return [before + index, before + (index ^ (1 << (stage - 1)))];
  });
  return [...nodes, Array.from({ length: width }, (_, index) => width * stages + index)];
}

/** Each node reads up to three of the fifty before it. @param {number} count @returns {Readings} */
function random(count) {
  let state = 12345;
  const below = (/** @type {number} */ limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, (_, node) => {
    if (node === 0) return [];
    const read = new Set([node - 1]);
    for (let more = below(3); more > 0; more--) read.add(node - 1 - below(Math.min(node, 50)));
    return [...read];
  });
}

/** @param {number} count @returns {Readings} */
const fanIn = (count) => [
  ...Array.from({ length: count }, () => []),
  Array.from({ length: count }, (_, index) => index),
];

/** @param {number} count @returns {Readings} */
const fanOut = (count) => [[], ...Array.from({ length: count }, () => [0])];

/** A chain with a skip around each half, each quarter, and so on down to pairs. @param {number} depth @returns {Readings} */
function nestedSkips(depth) {
  /** @type {number[][]} */
  const readings = [[]];
  const draw = (/** @type {number} */ level) => {
    const start = readings.length - 1;
    if (level === 0) {
      readings.push([start]);
      return;
    }
    draw(level - 1);
    draw(level - 1);
    readings.push([start, readings.length - 1]);
  };
  draw(depth);
  return readings;
}

/** Layers of a router, sixteen experts of three nodes, and their sum. @param {number} layers @returns {Readings} */
function experts(layers) {
  /** @type {number[][]} */
  const readings = [[]];
  for (let layer = 0; layer < layers; layer++) {
    const router = readings.length - 1;
    const ends = Array.from({ length: 16 }, () => {
      readings.push([router]);
      readings.push([readings.length - 1]);
      return readings.push([readings.length - 1]) - 1;
    });
    readings.push(ends);
  }
  return readings;
}

/** The most stages whose nodes and edges fit. @param {number} size */
function stagesOf(size) {
  let stages = 1;
  while (2 ** (stages + 1) * (3 * (stages + 1) + 2) <= size) stages++;
  return stages;
}

/** Each drawn so that its nodes and edges are about as many as asked for. @type {readonly GraphFamily[]} */
export const graphFamilies = [
  { name: 'chain', draw: (size) => chain(Math.round(size / 2)) },
  { name: 'wide', draw: (size) => wide(Math.round(size / 5)) },
  { name: 'all-to-all', draw: (size) => allToAll(Math.round(size / (20 * 21)), 20) },
  { name: 'grid', draw: (size) => grid(Math.round(Math.sqrt(size / 3))) },
  { name: 'butterfly', draw: (size) => butterfly(stagesOf(size)) },
  { name: 'random', draw: (size) => random(Math.round(size / 2.9)) },
  { name: 'fan-in', draw: (size) => fanIn(Math.round(size / 2)) },
  { name: 'fan-out', draw: (size) => fanOut(Math.round(size / 2)) },
  { name: 'nested skips', draw: (size) => nestedSkips(Math.round(Math.log2(size / 5))) },
  { name: 'mixture of experts', draw: (size) => experts(Math.round(size / (16 * 7 + 1))) },
];

/** Nodes plus edges. @param {Readings} readings */
export function sizeOf(readings) {
  return readings.reduce((sum, read) => sum + 1 + read.length, 0);
}
