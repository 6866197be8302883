import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages } from '../../../src/shared/messages/messages';

const source = join(import.meta.dirname, '../../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(source, path), 'utf8') }));

/** An error that is made with a sentence of its own: a literal or a template as the second argument. */
const ownSentence = /new DnnSplitError\(\s*(?:'[\w-]+'|\w+),\s*['"`]/;

describe('sentences', () => {
  it('of errors are all in the tables of messages', () => {
    const own = files.filter(({ text }) => ownSentence.test(text)).map(({ path }) => path);
    expect(own).toEqual([]);
  });

  it('are told apart from a sentence of its own', () => {
    expect("new DnnSplitError(\n  'internal',\n  `No such thing.`)").toMatch(ownSentence);
    expect("new DnnSplitError('internal', say('file.empty', {}))").not.toMatch(ownSentence);
  });

  it('are all said somewhere', () => {
    const all = files.filter(({ path }) => !path.startsWith('shared/messages/')).map(({ text }) => text);
    const said = [...all, readFileSync(join(source, 'shared/messages/say.ts'), 'utf8')].join('\n');
    expect(Object.keys(messages).filter((id) => !said.includes(`'${id}'`))).toEqual([]);
  });

  it.each(Object.entries(messages))('%s is worded as the others are', (_, template) => {
    expect(template).not.toMatch(/\b(is to|are to|whatever|as far as|in 1 )\b|\(s\)/);
    expect(template).not.toMatch(/upwards|Analyze DNN Splits|DNN-split|bit for bit|\.\.\.$/);
    expect(template).not.toMatch(/ {2}|\.\.$|;$/);
  });

  it('count with two forms where the words after a number depend on it', () => {
    const plain = Object.entries(messages).filter(([, template]) =>
      /\{(?!tier\})\w+\} (nodes|tensors|bytes|layers|runs|links|tiers|cuts|plans|blocks|entries|inputs)\b/.test(
        template,
      ),
    );
    expect(plain).toEqual([]);
  });
});
