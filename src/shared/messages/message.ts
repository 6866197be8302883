import type { messages } from './messages';

/**
 * A hole of a template: `{name}` takes a value as it is, `{count|# node|# nodes}` one of two forms by a number, in which `#`
 * stands for it.
 */
type HoleName<Hole extends string> = Hole extends `${infer Name}|${string}` ? Name : Hole;
type HolesOf<Template extends string> = Template extends `${string}{${infer Hole}}${infer Rest}`
  ? HoleName<Hole> | HolesOf<Rest>
  : never;

export type MessageId = keyof typeof messages;
/** A figure, a name, or a message that stands inside of another one. */
export type MessageValue = string | number | Message;
/** What a message of this id needs: every hole of its template, no other. */
export type MessageValues<Id extends MessageId> = { readonly [Name in HolesOf<(typeof messages)[Id]>]: MessageValue };

/** A sentence for a person, before it is one: which it is, and what stands in it. Survives `postMessage` and JSON. */
export interface Message {
  readonly id: MessageId;
  readonly values: Readonly<Record<string, MessageValue>>;
}

const hole = /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g;

/** A template, English or translated, with its holes filled; a hole without a value stays as it is. */
export function fillTemplate(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(hole, (whole, name: string, one: string | undefined, many: string | undefined) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || many === undefined) return String(value);
    return (Number(value) === 1 ? one : many).replaceAll('#', String(value));
  });
}

/** A template with its places `{0}`, `{1|# node|# nodes}`, ... filled by `values` in turn. */
export function fillPlaces(template: string, ...values: readonly (string | number)[]): string {
  return fillTemplate(template, Object.fromEntries(values.entries()));
}

/** The text of a message whose templates `templateOf` looks up, those of the messages inside of it included. */
export function messageText({ id, values }: Message, templateOf: (id: MessageId) => string): string {
  const texts = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'object' ? messageText(value, templateOf) : value,
  ]);
  return fillTemplate(templateOf(id), Object.fromEntries(texts));
}
