import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dnsLabel, imageTag, protobufString } from '../../../src/shared/escape/containers';
import { markdownCellCode, markdownCode, markdownText } from '../../../src/shared/escape/markdown';
import { escapeXml } from '../../../src/shared/escape/markup';
import { prometheusLabel } from '../../../src/shared/escape/prometheus';
import { shellWord } from '../../../src/shared/escape/shell';
import { urlSegment } from '../../../src/shared/escape/url';
import { visibleJson, visibleLines, visibleText } from '../../../src/shared/escape/visible';
import { labelText, notificationText } from '../../../src/shared/escape/workbench';
import { hostileAddress, hostileName } from '../../support/hostileRepository';
import { renderedMarkdown } from '../../support/renderedMarkdown';

const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const hostile = [
  hostileName,
  hostileAddress,
  '',
  ' ',
  '    indented',
  '1. one\n2. two',
  '| a | b |\n|---|---|',
  '`',
  '``',
  '` ``` `',
  '\\',
  'a\\`b',
  '&amp;&#x1b;',
  '<!-- -->',
  '<script>',
  '[a]: http://owned.example',
  '~~~\nfence',
  '***',
  '\ud800',
  'me@owned.example',
];

describe('text in Markdown', () => {
  it.each(hostile)('%j is shown and does nothing', (text) => {
    for (const markdown of [
      markdownText(text),
      `**${markdownText(text)}**`,
      `- ${markdownText(text)}`,
      markdownCode(text),
    ]) {
      const { acting: done, headings, text: shown } = renderedMarkdown(markdown);
      expect([done, headings]).toEqual([[], 0]);
      expect(shown.trim()).toBe(visibleText(text).trim());
    }
  });

  it.each(hostile)('%j stays in its cell', (text) => {
    const row = `| a | b |\n|---|---|\n| ${markdownCellCode(text)} | last |`;
    const { acting: done, text: shown } = renderedMarkdown(row);
    expect(done).toEqual([]);
    expect(shown).toMatch(/last$/);
    expect(shown).toContain(visibleText(text).trim());
  });

  it('acts without it, so that the test can fail', () => {
    expect(renderedMarkdown(hostileName).acting.length).toBeGreaterThan(2);
    expect(renderedMarkdown(hostileName).headings).toBeGreaterThan(0);
  });
});

describe('text on a terminal and in the log', () => {
  it('is one line of readable characters', () => {
    for (const text of hostile) expect(visibleText(text)).not.toMatch(acting);
    expect(visibleText('a\u001b[2Jb\n\t\u009b\u202e\u2028\u{e0001}\ud800é😀')).toBe(
      'a\\x1b[2Jb\\n\\t\\x9b\\u202e\\u2028\\u{e0001}\\ud800é😀',
    );
    expect(visibleLines('a\nb\r\u001b')).toBe('a\nb\\r\\x1b');
  });

  it('is the same value as JSON', () => {
    const value = { [hostileName]: [hostileAddress, '\u{e0001}\ud800\u007f\u0085'] };
    const json = visibleJson(JSON.stringify(value, null, 2));
    expect(json.replaceAll('\n', '')).not.toMatch(acting);
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe('text in the workbench', () => {
  it('brings no icons into labels and no links into notifications', () => {
    // As `iconLabels.ts` and `linkedText.ts` of VS Code read them.
    const icon = /(\\)?\$\(([A-Za-z0-9-]+(?:~[A-Za-z]+)?)\)/g;
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;
    for (const text of [
      ...hostile,
      '$(sync~spin)',
      '$$(alert)',
      '[a](command:x)',
      '[[a]](http://x)',
      '[a](http://x "t")',
    ]) {
      expect([...labelText(text).matchAll(icon)].filter(([, before]) => before === undefined)).toEqual([]);
      expect([...notificationText(text).matchAll(link)]).toEqual([]);
    }
    expect('$(alert) [a](command:x)').toMatch(link);
  });
});

describe.skipIf(process.platform === 'win32')('words of a shell', () => {
  it('arrive as they were', () => {
    for (const text of hostile.filter((one) => !one.includes('\ud800'))) {
      const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
      expect(stdout).toBe(text);
    }
    expect(shellWord('http://127.0.0.1:8000/v2')).toBe('http://127.0.0.1:8000/v2');
  });
});

describe('names and strings of other formats', () => {
  it('are what each of them allows', () => {
    for (const text of [...hostile, 'x'.repeat(500), '-.', '..']) {
      expect(dnsLabel(text, 'tier')).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
      expect(imageTag(text)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
      expect(protobufString(text)).toMatch(/^"(?:[^"\\\n\r]|\\.)*"$/u);
      expect(escapeXml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      expect(prometheusLabel(text)).not.toMatch(/\n|(?<!\\)(?:\\\\)*"/);
      expect(decodeURIComponent(urlSegment(text))).toBe(text.replace(/\p{Cs}/gu, '\ufffd'));
      expect(parse(`# ${visibleText(text)}\na: 1`)).toEqual({ a: 1 });
    }
    expect(imageTag('1.2.3')).toBe('1.2.3');
  });
});
