/**
 * Marks a text of a table that people read: whoever shows it translates it, and `build/bundle/listMessages.mjs` finds it here for
 * the translators.
 */
export function translatable<Text extends string>(text: Text): Text {
  return text;
}
