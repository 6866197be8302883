/** JSON in a field of metadata; what is none stays a text, which stands for nothing that a peer may say. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
