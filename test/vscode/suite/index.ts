import { readdirSync } from 'node:fs';
import { runMocha } from './runMocha';
import { inRepository } from './workbench';

/** Runs every `*.test.ts` of this folder inside the extension host. @throws with the text of all failures */
export async function run(): Promise<void> {
  await runMocha(async () => {
    // The bundler puts every file that this pattern can match into the bundle.
    for (const file of testFiles()) await import(`./${file}.test.ts`);
  });
}

/** Names from the folder itself, so that a file that the bundle lacks is an error instead of forgotten. */
function testFiles(): string[] {
  const files = readdirSync(inRepository('test/vscode/suite'));
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.test\.ts$/, ''))
    .sort();
}
