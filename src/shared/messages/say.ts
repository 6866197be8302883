import { type Message, type MessageId, type MessageValues, messageText } from './message';
import { messages } from './messages';

/** A message together with its English text. */
export interface Sentence extends Message {
  readonly text: string;
}

/** The sentence of an id with its values; both are checked by the compiler. A value may be a sentence itself. */
export function say<Id extends MessageId>(id: Id, values: MessageValues<Id>): Sentence {
  const message = { id, values: bare(values) };
  return { ...message, text: messageText(message, (each) => messages[each]) };
}

/** Values without the texts of the sentences among them: these follow from the rest. */
function bare(values: Message['values']): Message['values'] {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'object' ? messageOf(value) : value,
  ]);
  return Object.fromEntries(entries);
}

/** Sentences one after the other, as one. */
export function inTurn(first: Sentence, ...others: readonly Sentence[]): Sentence {
  return others.reduce((before, second) => say('text.inTurn', { first: before, second }), first);
}

/** Changes of which one is enough, as one. */
export function either(first: Sentence, ...others: readonly Sentence[]): Sentence {
  return others.reduce((before, second) => say('change.or', { first: before, second }), first);
}

/** A sentence without its text, as reports carry it beside the text. */
export function messageOf({ id, values }: Message): Message {
  return { id, values };
}
