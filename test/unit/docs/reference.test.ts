import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkPresets } from '../../../src/engine/presets/linkPresets';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { documentSchemas } from '../../../src/shared/documents/schemas';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { schemaPage } from './schemaPage';

/**
 * The pages of docs/reference, which are what these tests make of schemas and program. Where one fails because a field or an
 * option was added, `npx vitest run test/unit/docs -u` writes the pages again.
 */
const page = (name: string) => resolve(import.meta.dirname, `../../../docs/reference/${name}.md`);
const schemas = documentSchemas({ tierPresets, linkPresets });

describe('the reference', () => {
  it.each([
    [
      'configuration',
      'dnnsplit',
      '`dnnsplit.json`',
      'Where models may run. JSON with comments; the nearest file above a model wins, and `dnnsplit presets --default` prints what applies without one.',
    ],
    [
      'plan',
      'splitplan',
      '`<model>.splitplan.json`',
      'The exported plan, made to be committed, compared and deployed. The same model and configuration give the same bytes.',
    ],
    [
      'contract',
      'contract',
      '`contract.json`',
      'Beside every exported sub-model: what one tier receives, runs, sends on and answers. Tensors have the names of the original model. How to run parts by hand is told in [Two Python processes](../python.md).',
    ],
    [
      'profile',
      'profile',
      '`*.profile.json`',
      'Measured microseconds per node on one device; a tier of the configuration names it in `profile`.',
    ],
    [
      'output-analysis',
      'analysis',
      '`dnnsplit analyze --json`',
      'Fields are added, never renamed or removed: pass over what you do not know.',
    ],
    [
      'output-plan',
      'plan',
      '`dnnsplit plan --json`',
      'Fields are added, never renamed or removed: pass over what you do not know.',
    ],
    [
      'output-comparison',
      'comparison',
      '`dnnsplit compare --json`',
      'Fields are added, never renamed or removed: pass over what you do not know.',
    ],
    [
      'output-error',
      'error',
      'Failures with `--json`',
      'Every command that was asked for JSON answers with this on standard output where it fails, beside the sentence on standard error.',
    ],
  ])('of %s is made from its schema', async (name, schema, title, about) => {
    await expect(schemaPage(title, about, schemas[schema] as object)).toMatchFileSnapshot(page(name));
  });

  describe('of the command line', () => {
    let bundled: Bundled;
    beforeAll(async () => {
      bundled = await bundlePrograms(commandLine);
    });
    afterAll(() => bundled.remove());

    it('is what the program says of itself', async () => {
      const help = (...args: string[]) =>
        spawnSync(process.execPath, [bundled.program('cli'), ...args, '--help'], { encoding: 'utf8' }).stdout.trimEnd();
      const whole = help();
      const names = [...(/Commands:\n([\s\S]*?)\n\n/.exec(whole)?.[1] ?? '').matchAll(/^ {2}(\w+)/gm)].map(
        ([, name = '']) => name,
      );
      const commands = names.filter((name) => name !== 'help');
      expect(commands).toContain('analyze');
      const exitCodes = whole.slice(whole.indexOf('Exit codes:'));
      const parts = commands.map((name) => {
        const text = help(name).replace(exitCodes, '').trimEnd();
        return `## dnnsplit ${name}\n\n\`\`\`text\n${text}\n\`\`\``;
      });
      const made =
        '<!-- Made from the program by test/unit/docs/reference.test.ts: run it with -u instead of editing this page. -->';
      const text = [made, '# Command line', `\`\`\`text\n${whole}\n\`\`\``, ...parts].join('\n\n');
      await expect(`${text}\n`).toMatchFileSnapshot(page('command-line'));
    });
  });
});
