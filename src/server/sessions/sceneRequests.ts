import { DnnSplitError } from '../../protocol/errors';
import type { Scene } from '../../protocol/scene';
import type { CallOptions } from '../workers/workerClient';
import type { Workers } from '../workers/workers';

/**
 * Lays out a model's graph. The graph goes from the analysis worker to the layout worker once; after that only its key
 * does, unless the layout worker has lost it.
 * @throws DnnSplitError `canceled`, `worker-crashed`, those of the analysis
 */
export async function layOutScene(
  workers: Workers,
  modelPath: string,
  folded: readonly string[] | null,
  options: CallOptions,
): Promise<Scene> {
  workers.layout.start();
  const request = { modelPath, overrides: {} };
  const { key } = await workers.analysis.call('graphKey', request, options);
  const known = await workers.layout.call('scene', { key, folded }, options);
  if (known !== null) return known;
  const { graph } = await workers.analysis.call('graph', request, options);
  const scene = await workers.layout.call('scene', { key, graph, folded }, options);
  if (scene === null) throw new DnnSplitError('internal', 'The layout lost the graph; open the view again.');
  return scene;
}
