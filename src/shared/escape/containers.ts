/** Text as the tag of a container image: letters, digits, `_`, `.` and `-`, at most 128, not beginning with the last two. */
export function imageTag(text: string): string {
  const tag = text
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);
  return tag === '' ? 'unknown' : tag;
}

/** A DNS-1123 label of at most 40 characters made from any text: a name of files, services and Kubernetes objects. */
export function dnsLabel(text: string, fallback: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return label === '' ? fallback : label;
}

/** A string of protobuf's text format, in double quotes. */
export function protobufString(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\p{Cc}/gu, (character) => {
    if (character === '\n') return '\\n';
    const code = character.charCodeAt(0);
    return code < 0x80 ? `\\${code.toString(8).padStart(3, '0')}` : character;
  });
  return `"${escaped}"`;
}
