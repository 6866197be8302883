/** The value of a JSON text; nothing for a text that is none, which then fails whatever check the value must pass. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
