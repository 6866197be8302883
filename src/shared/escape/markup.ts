const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Whether XML 1.0 allows a character (section 2.2); anything else cannot even be escaped. */
function isXmlCharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

/** Text as content or attribute value of XML and HTML; characters that XML forbids become the replacement character. */
export function escapeXml(text: string): string {
  let escaped = '';
  for (const character of text) escaped += entities[character] ?? (isXmlCharacter(character) ? character : '\ufffd');
  return escaped;
}
