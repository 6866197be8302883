/** Lays out scenes in a thread of its own, so that ELK never blocks an answer. */
import { parentPort } from 'node:worker_threads';
import { buildScene } from '../../engine/picture/layout/buildScene';
import { createElkEngine } from '../../engine/picture/layout/elkEngine';
import { graphOfText } from '../../engine/picture/layout/graphText';
import { warmUp } from '../../engine/picture/layout/warmUp';
import type { SplitGraph } from '../../engine/split/splitGraph';
import type { LayoutFunctions } from './layoutApi';
import { serveWorker } from './serveWorker';

/** Graphs that are kept; the oldest goes first. */
const keptGraphs = 4;
const graphs = new Map<string, { readonly modelPath: string; readonly graph: SplitGraph }>();
const elk = createElkEngine();

const functions: LayoutFunctions = {
  async scene({ modelPath, key, graph, folded }, work) {
    const known = graph === undefined ? graphs.get(key) : { modelPath, graph: graphOfText(graph) };
    if (known === undefined) return null;
    graphs.delete(key);
    graphs.set(key, known);
    for (const oldest of graphs.keys()) {
      if (graphs.size <= keptGraphs) break;
      graphs.delete(oldest);
    }
    return buildScene(known.graph, { folded }, elk, work);
  },
  forget({ modelPath }) {
    for (const [key, kept] of graphs) if (kept.modelPath === modelPath) graphs.delete(key);
  },
};

if (parentPort !== null) {
  serveWorker(parentPort, functions);
  // The thread starts while the model is still being read.
  void warmUp(elk);
}
