import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DnnSplitError } from '../../../src/shared/errors';
import { fillTemplate } from '../../../src/shared/messages/message';
import { messages } from '../../../src/shared/messages/messages';
import { say } from '../../../src/shared/messages/say';

const { listMessages } = await import(
  pathToFileURL(join(import.meta.dirname, '../../../build/bundle/listMessages.mjs')).href
);

describe('messages', () => {
  it('fill their holes, by number where there are two forms', () => {
    const template = '{who} found {count|# node|# nodes} in {who}';
    expect(fillTemplate(template, { who: 'a', count: 1 })).toBe('a found 1 node in a');
    expect(fillTemplate(template, { who: 'a', count: 3 })).toBe('a found 3 nodes in a');
    expect(fillTemplate(template, { count: 0 })).toBe('{who} found 0 nodes in {who}');
  });

  it('do not fill what a value brings along', () => {
    expect(fillTemplate('{a}{b}', { a: '{b}', b: '$&' })).toBe('{b}$&');
  });

  it('travel with an error, so that they can be said in another language', () => {
    const error = new DnnSplitError('invalid-config', say('preset.unknown', { place: 'p', preset: 'x', known: 'y' }));
    expect(error.message).toBe('`p` names the unknown preset `x`. Use one of: y.');
    const data = DnnSplitError.fromData(JSON.parse(JSON.stringify(error.toData()))).toData();
    expect(data.message).toBe(error.message);
    expect(data.said).toEqual({ id: 'preset.unknown', values: { place: 'p', preset: 'x', known: 'y' } });
  });

  it('are all listed for translators', () => {
    const listed: Record<string, string> = listMessages();
    for (const template of Object.values(messages)) expect(listed[template]).toBe(template);
  });
});
