import { documentsMessages } from './documents';
import { editingMessages } from './editing';
import { filesMessages } from './files';
import { findingsMessages } from './findings';
import { handoverMessages } from './handover';
import { limitsMessages } from './limits';
import { planningMessages } from './planning';
import { readingMessages } from './reading';
import { refusalMessages } from './refusals';
import { runningMessages } from './running';
import { shapesMessages } from './shapes';
import { splittingMessages } from './splitting';
import { usingMessages } from './using';
import { verdictMessages } from './verdicts';

/**
 * Every sentence that the engine, the use cases on disk, the server, the relay and the command line say to a person, in
 * English, by what it is about; a table per area. Code names a sentence and gives its values; how it reads is decided here,
 * and translations replace these templates.
 */
export const messages = {
  ...readingMessages,
  ...shapesMessages,
  ...splittingMessages,
  ...planningMessages,
  ...limitsMessages,
  ...findingsMessages,
  ...verdictMessages,
  ...handoverMessages,
  ...filesMessages,
  ...usingMessages,
  ...runningMessages,
  ...refusalMessages,
  ...documentsMessages,
  ...editingMessages,
} as const;
