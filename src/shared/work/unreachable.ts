/** Ends a `switch` over all kinds of something: a kind that it does not handle does not compile. */
export function unreachable(kind: never): never {
  throw new Error(`There is no such kind: ${JSON.stringify(kind)}`);
}
