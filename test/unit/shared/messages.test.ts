import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fillPlaces, fillTemplate, messageText } from '../../../src/shared/messages/message';
import { messages } from '../../../src/shared/messages/messages';
import { messageOf, say } from '../../../src/shared/messages/say';
import { DnnSplitError } from '../../../src/shared/work/errors';

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

  it('stand inside of others, which are said in another language as a whole', () => {
    const damage = say('model.damaged', { byteOffset: 7, what: say('damage.endlessNumber', { message: 'NodeProto' }) });
    expect(damage.text).toBe(
      'The model is damaged at byte 7: a number in NodeProto does not end. Export or download it again.',
    );
    const copy = JSON.parse(JSON.stringify(messageOf(damage)));
    expect(copy).not.toHaveProperty('text');
    expect(copy.values.what).not.toHaveProperty('text');
    const german: Partial<Record<string, string>> = {
      'model.damaged': 'Schaden bei Byte {byteOffset}: {what}.',
      'damage.endlessNumber': 'eine Zahl in {message} endet nicht',
    };
    expect(messageText(copy, (id) => german[id] ?? '')).toBe('Schaden bei Byte 7: eine Zahl in NodeProto endet nicht.');
  });

  it('have places that are filled in turn, by number where there are two forms', () => {
    expect(fillPlaces('{0} of {1|# node|# nodes}', 3, 1)).toBe('3 of 1 node');
    expect(fillPlaces('{1|one|many} {0}', 'a', 2)).toBe('many a');
  });

  it('are all listed for translators', () => {
    const listed: Record<string, string> = listMessages();
    for (const template of Object.values(messages)) expect(listed[template]).toBe(template);
  });
});
