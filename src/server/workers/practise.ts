import type { Workers } from './workers';

/** Blocks of the models that are practised on: small ones first, since a person's call waits for the one under way. */
const practiceBlocks = [2, 8, 20, 20, 20, 20];

const noModel = { modelPath: '' };

/**
 * Has the threads do what the first opening asks of them, on models of their own, until somebody asks for something: code
 * that has run before runs several times faster, and the first opening comes while the window is busy too.
 */
export async function practise({ analysis, layout }: Pick<Workers, 'analysis' | 'layout'>): Promise<void> {
  // Nobody waits for a thread that has not even loaded yet.
  await Promise.all([analysis.call('forget', noModel), layout.call('forget', noModel)]);
  for (const blocks of practiceBlocks) {
    if (analysis.isBusy || layout.isBusy) return;
    const graph = await analysis.call('practise', { blocks });
    if (analysis.isBusy || layout.isBusy) return;
    await layout.call('scene', { ...noModel, key: '', graph, folded: null });
    await layout.call('forget', noModel);
  }
}
