import type { HeldFiles } from '../files/heldFiles';
import type { ReadFiles } from './messages';

/**
 * A function that asks the editor for what seemed to be missing, but for what it is being asked for already, and resolves
 * once the answers are in `files`: to true where something is there.
 */
export function missingReader(files: HeldFiles, readFiles: ReadFiles): () => Promise<boolean> {
  const underWay = new Map<string, Promise<boolean>>();
  return async () => {
    const wants = files.takeWants();
    const keyOf = ({ path, content }: (typeof wants)[number]) => `${path}${content ? '\0content' : ''}`;
    const fresh = wants.filter((want) => !underWay.has(keyOf(want)));
    const reading = readFiles(fresh).then((entries) => {
      files.add(entries);
      for (const want of fresh) underWay.delete(keyOf(want));
      return entries.some(({ kind }) => kind !== 'none');
    });
    for (const want of fresh) underWay.set(keyOf(want), reading);
    const found = await Promise.all(wants.map((want) => underWay.get(keyOf(want))));
    return found.includes(true);
  };
}
