import type { Metadata } from '@grpc/grpc-js';

/** First value of a field of metadata that is a text; none where there is none. */
export function textOf(metadata: Metadata, field: string): string | undefined {
  const [value] = metadata.get(field);
  return typeof value === 'string' ? value : undefined;
}

/** JSON in a field of metadata; what is none stays a text, which stands for nothing that a peer may say. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
