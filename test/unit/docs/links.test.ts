import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...inDocs.map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

/** A page without its code, in which brackets are no links. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
}

/** The anchors of a page, as GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Of a picture GitHub knows two: they show it in one theme alone. */
function isAnchor(file: string, anchor: string): boolean {
  return file.endsWith('.webp') ? /^gh-(dark|light)-mode-only$/.test(anchor) : anchorsOf(file).includes(anchor);
}

describe('links of the documentation', () => {
  it('lead to what is there', () => {
    const broken: string[] = [];
    let count = 0;
    for (const page of pages) {
      const prose = proseOf(page);
      const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/\b(?:src|srcset)="([^"]+)"/g)];
      for (const [, target = ''] of links) {
        if (/^(https?|mailto):/.test(target)) continue;
        count++;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) broken.push(`${page}: ${target}`);
        else if (anchor !== undefined && !isAnchor(file, anchor)) broken.push(`${page}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });
});
