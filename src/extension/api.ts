import type { ModelSnapshot } from '../shared/protocol/requests';
import type { ServerState } from './client/connection';
import type { TreeRow } from './tree/row';

/** What `activate` returns: a look at the extension's state, for tests. */
export interface ExtensionApi {
  readonly activeModel: () => string | undefined;
  /** Of a model by its URI, or of the active one. */
  readonly snapshot: (modelUri?: string) => ModelSnapshot | undefined;
  readonly treeRoots: () => readonly TreeRow[];
  readonly statusText: () => string | undefined;
  /** Nodes of the active model that are selected, in whichever view. */
  readonly selectedNodes: () => readonly string[];
  /** Selects nodes of the active model as a view of it would. */
  readonly select: (nodeIds: readonly string[]) => void;
  readonly openGraphs: () => number;
  readonly openModels: () => readonly string[];
  /** Everything that waits to be disposed. */
  readonly liveItems: () => number;
  /** The sentences of the errors that were shown. */
  readonly toldErrors: () => readonly string[];
  readonly serverState: () => ServerState;
}
