import type { RunCommand } from '../../shared/protocol/webviewMessages';
import type { DnnSplitError, ErrorData } from '../../shared/work/errors';
import type { ServerConnection } from '../client/connection';
import type { LiveViews } from '../live/liveViews';
import type { ModelStore } from '../model/modelStore';
import type { SelectionHub } from '../model/selection';
import type { CancellationSource } from './newestRequest';

/** What a graph view needs from its surroundings. */
export interface GraphSurroundings {
  readonly connection: ServerConnection;
  readonly models: ModelStore;
  readonly selection: SelectionHub;
  readonly live: LiveViews;
  readonly createCancellation: () => CancellationSource;
  /** Localized texts of the page. */
  readonly strings: Readonly<Record<string, string>>;
  /** What is folded at first where the page remembers nothing; `null` leaves it to the server. */
  readonly initialFolds: (modelUri: string) => readonly string[] | null;
  readonly run: (command: RunCommand, modelUri: string) => void;
  readonly log: (text: string) => void;
  readonly report: (error: DnnSplitError) => void;
  /** Words an error for reading. */
  readonly readable: (error: ErrorData) => ErrorData;
}
