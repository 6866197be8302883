import { sessionCalls } from '../../engine/split/sessionCalls';
import { sessionGraph } from '../../engine/split/sessionGraph';
import type { SplitGraph } from '../../engine/split/splitGraph';
import { say } from '../../shared/messages/say';
import { RecentResults } from '../../shared/recentResults';
import type { Session } from '../../shared/vocabulary/session';
import type { Work } from '../../shared/work/work';
import { type AnalyzedModel, sizesOf } from './analyzeFile';
import type { ModelSettings } from './configuredModel';

/** Graphs of sessions per model, so that a plan that is made again finds the same one. */
const graphs = new RecentResults<AnalyzedModel, SplitGraph>();

/**
 * What a model is planned on: all calls of a session where one is stated and the model has state, else one call.
 * @throws DnnSplitError `canceled`
 */
export function plannedGraph(
  analyzed: AnalyzedModel,
  { bindings, session }: Pick<ModelSettings, 'bindings' | 'session'>,
  work: Work,
): SplitGraph {
  if (session === undefined || analyzed.state.length === 0) return analyzed.graph;
  return graphs.get(analyzed, [session.prefillTokens, session.generatedTokens], () =>
    graphOf(analyzed, bindings, session, work),
  );
}

function graphOf(
  analyzed: AnalyzedModel,
  bindings: ModelSettings['bindings'],
  session: Session,
  work: Work,
): SplitGraph {
  work.report(say('stage.session', {}).text);
  const { graph, inferred, state } = analyzed;
  const sizes = sizesOf(analyzed, bindings);
  return sessionGraph(graph, sessionCalls({ model: inferred.model, graph, state, sizes }, session, work));
}
