import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

it('hooks stand in files of tests: a module is read once, and its hooks would serve the first file alone', () => {
  const shared = ['test/unit', 'test/support'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  );
  expect(shared.length).toBeGreaterThan(20);
  const setup = readFileSync(join(root, 'vitest.config.mjs'), 'utf8');
  const withHooks = shared.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return /^(before|after)(Each|All)\(/m.test(text) && !setup.includes(`'${file}'`);
  });
  expect(withHooks).toEqual([]);
});
