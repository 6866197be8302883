/** Published operators that no rule can tell anything about, by domain and name, with the reason as a clause. */
const reasonsByDomain: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  [
    'com.microsoft',
    {
      EPContext: 'it holds a graph that is compiled for one device',
      Snpe: 'it holds a graph in the format of the Snapdragon engine',
    },
  ],
]);

/** Reasons by operator for a domain; empty where every operator of it could be known. */
export function opaqueOps(domain: string): Readonly<Record<string, string>> {
  return reasonsByDomain.get(domain) ?? {};
}

/** Why nothing can be known of an operator; nothing for operators that are merely not known. */
export function whyOpaque(domain: string, op: string): string | undefined {
  const reasons = opaqueOps(domain);
  return Object.hasOwn(reasons, op) ? reasons[op] : undefined;
}
