/** The text of a figure, or the words for one that is 0 because nobody states what it counts. */
export function unlessUnstated(
  source: { readonly unstated?: readonly string[] | undefined },
  figure: string,
  text: string,
  words = 'not stated',
): string {
  return source.unstated?.includes(figure) ? words : text;
}
