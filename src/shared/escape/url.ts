/** Text as one segment of the path of a URL; halves of surrogate pairs, which have no form there, are replaced. */
export function urlSegment(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}
