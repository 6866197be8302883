import type { LogOutputChannel } from 'vscode';
import { visibleText } from '../../shared/escape/visible';
import type { Releasable } from '../window/disposables';
import type { ModelStore } from './modelStore';

/** Notes in the log what was opened, how long it took and what came of it. */
export function logOpenings(models: ModelStore, log: LogOutputChannel): Releasable {
  return models.onDidStartOpening(async ({ modelUri, settled }) => {
    const startMs = Date.now();
    log.info(`Opening ${modelUri}`);
    await settled;
    const { snapshot } = models.get(modelUri) ?? {};
    const { analysis, plan, configUri, error } = snapshot ?? {};
    const outcome = analysis
      ? `${analysis.graph.nodes} nodes, ${analysis.candidates.length} candidates, configuration ${configUri ?? 'built in'}`
      : (error?.message ?? 'closed');
    log.info(visibleText(`${modelUri} after ${Date.now() - startMs} ms: ${outcome}${plan ? `; ${plan.advice}` : ''}`));
  });
}
