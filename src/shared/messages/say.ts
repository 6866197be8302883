import { fillTemplate, type Message, type MessageId, type MessageValues } from './message';
import { messages } from './messages';

/** A message together with its English text. */
export interface Sentence extends Message {
  readonly text: string;
}

/** The sentence of an id with its values; both are checked by the compiler. */
export function say<Id extends MessageId>(id: Id, values: MessageValues<Id>): Sentence {
  return { id, values, text: fillTemplate(messages[id], values) };
}
