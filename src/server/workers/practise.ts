import type { Workers } from './workers';

/** After these, further ones gain little. */
const rounds = 6;

/**
 * Has the threads open a model and forget it, several times over, until somebody asks for something: code that has run
 * before runs faster, and the first opening comes while the window is busy too. A person's call waits for the one step that
 * is under way.
 * @param modelPath a small model
 * @throws DnnSplitError those of the steps
 */
export async function practise({ analysis, layout }: Workers, modelPath: string): Promise<void> {
  const isNeeded = () => analysis.isBusy || layout.isBusy;
  const forget = () => Promise.all([analysis.call('forget', { modelPath }), layout.call('forget', { modelPath })]);
  // Nobody waits for a thread that has not even loaded yet.
  await forget();
  for (let round = 0; round < rounds && !isNeeded(); round++) {
    await analysis.call('analysis', { modelPath });
    if (isNeeded()) break;
    const graph = await analysis.call('graph', { modelPath, unless: '' });
    if (isNeeded()) break;
    await analysis.call('state', { modelPath, overrides: {}, compare: false });
    if (isNeeded()) break;
    await analysis.call('overlay', { modelPath, overrides: {} });
    if (isNeeded()) break;
    await layout.call('scene', { modelPath, folded: null, ...graph });
    if (!isNeeded()) await forget();
  }
  await forget();
}
