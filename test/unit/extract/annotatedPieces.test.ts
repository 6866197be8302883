import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onnx } from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import { structureHash } from '../../../src/app/model/structureHash';
import { annotatedPieces, type PlanAnnotation } from '../../../src/engine/extract/annotatedPieces';
import type { Piece } from '../../../src/engine/extract/pieces';
import { statedStages } from '../../../src/engine/extract/statedStages';
import { moveCutsToCallBorders, topLevelOf } from '../../../src/engine/extract/topLevel';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { joinBytes } from '../../../src/engine/onnx/joinBytes';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { sharedModels, sharedNote } from '../../support/shared';
import { differences, prepare, type Subject } from './chain';

const fixtures = resolve(import.meta.dirname, '../../fixtures/models');
const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-annotate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const devices = ['device', 'edge of it', 'cloud'];
const layers = ['device', 'edge-of-it', 'cloud'];

/** A third of the nodes on each tier; a call of a function stays whole. */
function thirds(model: OnnxModel, graph: SplitGraph): { placed: number[]; annotation: PlanAnnotation } {
  const third = (index: number) => Math.min(2, Math.floor((3 * index) / graph.nodes.length));
  const placed = moveCutsToCallBorders(
    graph,
    Uint8Array.from(graph.nodes, (_, index) => third(index)),
  );
  const { tiers } = topLevelOf(model, graph, placed);
  return { placed: [...placed], annotation: { irVersion: model.irVersion, devices, layers, stages: tiers } };
}

const bytesOf = (pieces: readonly Piece[]) =>
  joinBytes(
    pieces.map((piece) =>
      piece instanceof Uint8Array ? piece : piece.source.read(piece.range.offset, piece.range.length).slice(),
    ),
  );

function annotated(bytes: Uint8Array) {
  const model = readModel(bufferSource(bytes));
  const graph = buildSplitGraph(inferModel(model, {}));
  const { placed, annotation } = thirds(model, graph);
  return { model, graph, placed, annotation, copy: bytesOf(annotatedPieces(bufferSource(bytes), annotation)) };
}

const read = (bytes: Uint8Array) => {
  const model = readModel(bufferSource(bytes));
  return { model, graph: buildSplitGraph(inferModel(model, {})) };
};

describe(`a model that states a plan${sharedNote}`, () => {
  it.each(sharedModels())('$name gives the same plan back, and has every other byte as it was', ({ path }) => {
    const bytes = new Uint8Array(readFileSync(path));
    const { model, placed, annotation, copy } = annotated(bytes);
    const again = read(copy);
    expect(again.model.irVersion).toBe(Math.max(11, model.irVersion));
    expect(again.model.deviceConfigurations).toEqual([{ name: 'dnnsplit', devices }]);
    expect(statedStages(again.model, again.graph)).toEqual({
      source: 'pipeline-stages',
      names: devices,
      stageOf: placed,
    });
    expect(structureHash(again.model)).toBe(structureHash(model));
    for (const [index, node] of model.graph.nodes.entries()) {
      const before = contentOf(bytes, node.range);
      const after = contentOf(copy, again.model.graph.nodes[index]?.range);
      expect(Buffer.from(after.subarray(0, before.length)).equals(before)).toBe(true);
      expect(after.length > before.length).toBe(annotation.stages[index] !== undefined);
    }
    for (const [name, tensor] of model.graph.initializers) {
      const other = again.model.graph.initializers.get(name);
      expect(Buffer.from(slice(bytes, tensor.range)).equals(slice(copy, other?.range))).toBe(true);
    }
  });

  it.each(['s_functions', 's_if_capture', 's_lstm_gru'])(
    '%s is the same message to a decoder without stages',
    (name) => {
      const bytes = new Uint8Array(readFileSync(join(fixtures, `${name}.onnx`)));
      const [before, after] = [bytes, annotated(bytes).copy].map((each) =>
        onnx.ModelProto.toObject(onnx.ModelProto.decode(each)),
      );
      for (const node of after?.['graph'].node ?? []) delete node.metadataProps;
      for (const node of before?.['graph'].node ?? []) delete node.metadataProps;
      expect({ ...after, irVersion: 0 }).toEqual({ ...before, irVersion: 0 });
    },
  );

  it('is annotated again without a trace of the first time', () => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, 's_unet_plain.onnx')));
    const { copy, annotation } = annotated(bytes);
    const other: PlanAnnotation = {
      ...annotation,
      irVersion: 11,
      devices: ['all'],
      layers: ['all'],
      stages: annotation.stages.map((stage) => (stage === undefined ? undefined : 0)),
    };
    const direct = bytesOf(annotatedPieces(bufferSource(bytes), other));
    expect(Buffer.from(bytesOf(annotatedPieces(bufferSource(copy), other))).equals(direct)).toBe(true);
  });

  it('is read by its layers where it has no stages', () => {
    const { model, graph, placed } = annotated(new Uint8Array(readFileSync(join(fixtures, 's_unet_plain.onnx'))));
    const withLayers: OnnxModel = {
      ...model,
      graph: {
        ...model.graph,
        nodes: model.graph.nodes.map((node) => {
          const tier = placed[graph.nodes.findIndex(({ id }) => id === node.id)];
          return tier === undefined ? node : { ...node, metadata: new Map([['layer_ann', layers[tier] ?? '']]) };
        }),
      },
    };
    expect(statedStages(withLayers, graph)).toEqual({ source: 'layers', names: layers, stageOf: placed });
    expect(statedStages(model, graph)).toBeUndefined();
  });

  it.each(['s_functions', 's_if_capture', 's_inception1', 's_lstm_gru', 's_resnet_fp16', 's_unet_plain'])(
    '%s runs with the same bits',
    async (name) => {
      const path = join(fixtures, `${name}.onnx`);
      const subject = await prepare(path, { batch: 1, seq: 20 });
      const copy = join(folder, `${name}.onnx`);
      writeFileSync(copy, annotated(new Uint8Array(readFileSync(path))).copy);
      const other: Subject = await prepare(copy, { batch: 1, seq: 20 });
      expect(other.whole.size).toBeGreaterThan(0);
      expect(differences(subject, other.whole)).toEqual([]);
    },
  );
});

function slice(bytes: Uint8Array, range: { offset: number; length: number } | undefined): Uint8Array {
  if (range === undefined) throw new Error('it is not there');
  return bytes.subarray(range.offset, range.offset + range.length);
}

/** A field without its tag and length. */
function contentOf(bytes: Uint8Array, range: { offset: number; length: number } | undefined): Uint8Array {
  const field = slice(bytes, range);
  let at = 1;
  while ((field[at] ?? 0) >= 0x80) at++;
  return field.subarray(at + 1);
}

/** The Python package's own checker, where one is here that knows IR 11. */
const checker = `
import sys, onnx
if onnx.IR_VERSION < 11: sys.exit('too old')
for path in sys.stdin.read().split('\\n'):
    if not path: continue
    model = onnx.load(path, load_external_data=False)
    graph = model.graph
    # The shared models have no weights: as inputs they need none.
    inputs = {each.name for each in graph.input}
    for weight in graph.initializer:
        if weight.name not in inputs:
            graph.input.append(onnx.helper.make_tensor_value_info(weight.name, weight.data_type, weight.dims))
    del graph.initializer[:]
    try:
        onnx.checker.check_model(model)
        print('ok')
    except Exception as wrong:
        print('wrong', ' '.join(str(wrong).split()))
`;
const checked = (paths: readonly string[]) =>
  spawnSync('python3', ['-c', checker], { input: paths.join('\n'), encoding: 'utf8', maxBuffer: 1e8 });
const hasChecker = checked([]).status === 0;

describe.skipIf(!hasChecker)("the Python package's checker (onnx 1.18 or newer, where it is installed)", () => {
  it(`says of every annotated model what it says of the model itself${sharedNote}`, () => {
    const models = sharedModels();
    const copies = models.map(({ name, path }) => {
      const copy = join(folder, `${name}.checked.onnx`);
      writeFileSync(copy, annotated(new Uint8Array(readFileSync(path))).copy);
      return copy;
    });
    const lines = (paths: readonly string[]) => checked(paths).stdout.match(/^(?:ok|wrong).*$/gm) ?? [];
    const [before, after] = [lines(models.map(({ path }) => path)), lines(copies)];
    expect(before).toHaveLength(models.length);
    expect(after).toEqual(before);
    expect(after.filter((line) => line === 'ok').length).toBeGreaterThan(0.8 * models.length);
  }, 300_000);
});
