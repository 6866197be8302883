/** Edit distance in insertions, deletions, substitutions and swaps of neighbors (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + +!same);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** Words beyond this length were not meant to be one of ours, and comparing them takes time. */
const longestWord = 64;

/** The known word that was most likely meant, or nothing when none is close; case does not count. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  const wanted = word.toLowerCase();
  let nearest: string | undefined;
  // Words that share no letter are not close, however short they are.
  let nearestDistance = Math.min(word.length, Math.max(2, Math.floor(word.length / 3)) + 1);
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/** A name from a document inside of a sentence: not longer than a line. */
export function nameText(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 77)}...`;
}

/** The end of a sentence that offers the nearest word, or lists a few known ones. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  if (nearest !== undefined) return `; did you mean '${nearest}'?`;
  if (known.length === 0) return '.';
  const listed = known.slice(0, 12).map(nameText).join(', ');
  return `; it can be ${listed}${known.length > 12 ? ', ...' : ''}.`;
}
