import type { DataTensor, SplitGraph, SplitNode } from '../../../src/engine/split/splitGraph';

interface Draft {
  name: string;
  shape: number[] | undefined;
  producer: number;
  consumers: number[];
  isGraphOutput: boolean;
}

/** Builds split graphs node by node, in order. Tensors are the numbers that `input` and `node` return. */
export class GraphBuilder {
  private readonly nodes: SplitNode[] = [];
  private readonly tensors: Draft[] = [];
  private readonly inputs: number[] = [];
  private readonly outputs: number[] = [];

  input(name: string, shape: number[] | undefined = [1, 3, 224, 224]): number {
    const tensor = this.tensor(name, shape, -1);
    this.inputs.push(tensor);
    return tensor;
  }

  node(op: string, reads: readonly number[], shape: number[] | undefined = [1, 64, 56, 56], modulePath = ''): number {
    const index = this.nodes.length;
    const name = `${op}_${index}`;
    const written = this.tensor(`t${index}`, shape, index);
    const unique = [...new Set(reads)];
    for (const read of unique) this.tensors[read]?.consumers.push(index);
    this.nodes.push({
      id: `n${index}`,
      name,
      label: name,
      op,
      domain: '',
      modulePath,
      reads: unique,
      writes: [written],
      macs: op === 'Conv' ? 1000 : 0,
      elementwiseOps: 10,
      trafficBytes: 10,
      weightBytes: op === 'Conv' ? 36864 : 0,
      viewOnly: false,
    });
    return written;
  }

  chain(ops: readonly string[], from: number, shape?: number[]): number {
    let tensor = from;
    for (const op of ops) tensor = this.node(op, [tensor], shape);
    return tensor;
  }

  output(tensor: number): void {
    const draft = this.tensors[tensor];
    if (draft) draft.isGraphOutput = true;
    this.outputs.push(tensor);
  }

  build(): SplitGraph {
    const tensors = this.tensors.map((draft): DataTensor => {
      const bytes = draft.shape?.reduce((product, dim) => product * dim, 4);
      return { ...draft, dtype: 'float32', bytes };
    });
    return { nodes: this.nodes, tensors, inputs: this.inputs, outputs: this.outputs };
  }

  private tensor(name: string, shape: number[] | undefined, producer: number): number {
    return this.tensors.push({ name, shape, producer, consumers: [], isGraphOutput: false }) - 1;
  }
}

/** A small deterministic random source (Lehmer, modulus 2^31 - 1). */
export function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export function chain(length: number): SplitGraph {
  const graph = new GraphBuilder();
  graph.output(
    graph.chain(
      Array.from({ length }, (_, index) => (index % 2 === 0 ? 'Conv' : 'Relu')),
      graph.input('x'),
    ),
  );
  return graph.build();
}

/** Stages of bottleneck blocks as in ResNet; the first block of every stage has a convolution on its shortcut. */
export function residual(stages: readonly number[]): SplitGraph {
  const graph = new GraphBuilder();
  let tensor = graph.chain(['Conv', 'Relu', 'MaxPool'], graph.input('image'));
  stages.forEach((blocks, stage) => {
    const shape = [1, 256 * 2 ** stage, 56 >> stage, 56 >> stage];
    for (let block = 0; block < blocks; block++) {
      const shortcut = block === 0 ? graph.node('Conv', [tensor], shape) : tensor;
      const branch = graph.chain(['Conv', 'Relu', 'Conv', 'Relu', 'Conv'], tensor, shape);
      tensor = graph.node('Relu', [graph.node('Add', [branch, shortcut], shape)], shape);
    }
  });
  graph.output(graph.chain(['GlobalAveragePool', 'Flatten', 'Gemm'], tensor, [1, 1000]));
  return graph.build();
}

export function inception(blocks: number): SplitGraph {
  const graph = new GraphBuilder();
  let tensor = graph.chain(['Conv', 'Relu'], graph.input('image'));
  for (let block = 0; block < blocks; block++) {
    const shape = [1, 256 + 32 * block, 28, 28];
    const branches = [
      graph.chain(['Conv', 'Relu'], tensor, shape),
      graph.chain(['Conv', 'Relu', 'Conv', 'Relu'], tensor, shape),
      graph.chain(['Conv', 'Relu', 'Conv', 'Relu', 'Conv', 'Relu'], tensor, shape),
      graph.chain(['MaxPool', 'Conv', 'Relu'], tensor, shape),
    ];
    tensor = graph.node('Concat', branches, shape);
  }
  graph.output(graph.node('Gemm', [tensor], [1, 1000]));
  return graph.build();
}

/** Encoder and decoder with a skip from every level to its counterpart. */
export function unet(levels: number, perLevel: number): SplitGraph {
  const graph = new GraphBuilder();
  const ops = Array.from({ length: perLevel }, (_, index) => (index % 2 === 0 ? 'Conv' : 'Relu'));
  let tensor = graph.input('image');
  const skips: number[] = [];
  for (let level = 0; level < levels; level++) {
    tensor = graph.chain(ops, tensor, [1, 64 << level, 256 >> level, 256 >> level]);
    skips.push(tensor);
    tensor = graph.node('MaxPool', [tensor]);
  }
  tensor = graph.chain(ops, tensor);
  for (const skip of skips.reverse()) {
    tensor = graph.node('Concat', [skip, graph.node('ConvTranspose', [tensor])]);
    tensor = graph.chain(ops, tensor);
  }
  graph.output(graph.node('Sigmoid', [tensor], [1, 1, 256, 256]));
  return graph.build();
}

/** Every layer reads all features of its block, as torchvision's DenseNet does. */
export function denseNet(blocks: readonly number[]): SplitGraph {
  const graph = new GraphBuilder();
  let tensor = graph.chain(['Conv', 'Relu'], graph.input('image'));
  for (const layers of blocks) {
    const features = [tensor];
    for (let layer = 0; layer < layers; layer++) {
      const all = graph.node('Concat', features, [1, 64 + 32 * layer, 28, 28]);
      features.push(graph.chain(['Relu', 'Conv', 'Relu', 'Conv'], all, [1, 32, 28, 28]));
    }
    tensor = graph.chain(['Relu', 'Conv', 'AveragePool'], graph.node('Concat', features));
  }
  graph.output(graph.node('Gemm', [tensor], [1, 1000]));
  return graph.build();
}

export function branches(count: number, length: number): SplitGraph {
  const graph = new GraphBuilder();
  const input = graph.input('x');
  const ops = Array.from({ length }, () => 'Relu');
  graph.output(
    graph.node(
      'Sum',
      Array.from({ length: count }, () => graph.chain(ops, input)),
    ),
  );
  return graph.build();
}

/** Transformer layers that all read one mask, about 20 nodes each. */
export function transformer(layers: number): SplitGraph {
  const graph = new GraphBuilder();
  const shape = [1, 128, 768];
  const mask = graph.chain(
    ['Unsqueeze', 'Cast', 'Sub', 'Mul'],
    graph.input('attention_mask', [1, 128]),
    [1, 1, 1, 128],
  );
  const ids = graph.input('input_ids', [1, 128]);
  let tensor = graph.chain(['Gather', 'LayerNormalization'], ids, shape);
  for (let layer = 0; layer < layers; layer++) {
    const query = graph.chain(['MatMul', 'Add', 'Reshape', 'Transpose'], tensor, [1, 12, 128, 64]);
    const key = graph.chain(['MatMul', 'Add', 'Reshape', 'Transpose'], tensor, [1, 12, 64, 128]);
    const scores = graph.node('Add', [graph.node('MatMul', [query, key], [1, 12, 128, 128]), mask], [1, 12, 128, 128]);
    const weights = graph.node('Softmax', [scores], [1, 12, 128, 128]);
    const value = graph.chain(['MatMul', 'Add', 'Reshape', 'Transpose'], tensor, [1, 12, 128, 64]);
    const mixed = graph.chain(['Transpose', 'Reshape', 'MatMul', 'Add'], graph.node('MatMul', [weights, value]), shape);
    const attended = graph.node('LayerNormalization', [graph.node('Add', [mixed, tensor], shape)], shape);
    const forward = graph.chain(['MatMul', 'Gelu', 'MatMul'], attended, shape);
    tensor = graph.node('LayerNormalization', [graph.node('Add', [forward, attended], shape)], shape);
  }
  graph.output(tensor);
  return graph.build();
}

/** Nodes that read one to three earlier tensors, near ones rather than far ones if `locality` is small. */
export function randomDag(nodes: number, seed: number, locality: number): SplitGraph {
  const random = randomSource(seed);
  const graph = new GraphBuilder();
  const tensors = [graph.input('a'), graph.input('b')];
  const ops = ['Conv', 'Relu', 'Add', 'Concat', 'LayerNormalization'];
  for (let node = 0; node < nodes; node++) {
    const reads = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const back = Math.floor(random() ** 2 * Math.min(locality, tensors.length));
      return tensors[tensors.length - 1 - back] ?? 0;
    });
    const tensor = graph.node(ops[Math.floor(random() * ops.length)] ?? 'Relu', reads);
    tensors.push(tensor);
    if (random() < 0.01) graph.output(tensor);
  }
  graph.output(tensors.at(-1) ?? 0);
  return graph.build();
}

/** Nodes that neither read nor feed one another. */
export function unconnected(nodes: number): SplitGraph {
  const graph = new GraphBuilder();
  for (let node = 0; node < nodes; node++) graph.node('Constant', [], [1]);
  return graph.build();
}

/** Several inputs at several depths, several outputs at several depths, and an input that is an output as well. */
export function manyEnds(): SplitGraph {
  const graph = new GraphBuilder();
  const passed = graph.input('passed', [1]);
  graph.output(passed);
  graph.input('unused', [2]);
  let tensor = graph.chain(['Conv', 'Relu'], graph.input('image'));
  for (let level = 0; level < 4; level++) {
    const side = graph.input(`side${level}`, [1, 8]);
    tensor = graph.node('Add', [tensor, graph.node('Gemm', [side])]);
    graph.output(graph.chain(['Conv', 'Sigmoid'], tensor));
    tensor = graph.chain(['Conv', 'Relu'], tensor);
    if (level % 2 === 0) graph.output(tensor);
  }
  graph.node('Shape', [tensor]);
  graph.output(graph.node('Softmax', [graph.node('Mul', [tensor, passed])]));
  return graph.build();
}
