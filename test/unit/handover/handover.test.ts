import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handoverOf } from '../../../src/app/plan/handoverFile';
import { handoverText } from '../../../src/app/plan/handoverText';
import { planDocumentOf } from '../../../src/app/plan/planAnalyzed';
import { barsSvg } from '../../../src/engine/handover/barsSvg';
import { handover } from '../../../src/engine/handover/handover';
import { handoverHtml } from '../../../src/engine/handover/html';
import { handoverMarkdown } from '../../../src/engine/handover/markdown';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { planReport } from '../../../src/engine/report/planReport';
import { sceneOverlay } from '../../../src/engine/report/sceneOverlay';
import type { Scene } from '../../../src/shared/picture/scene';
import { byHand, handFolder, planByHand } from '../../support/handModel';
import { hostileName } from '../../support/hostileRepository';
import { renderedMarkdown } from '../../support/renderedMarkdown';

const folder = handFolder();
afterAll(folder.remove);
const planned = planByHand(folder);
const made = handoverOf(planned, { objective: 'latency' });
let scene: Scene;
let [html, markdown] = ['', ''];
beforeAll(async () => {
  scene = await buildScene(planned.analyzed.graph, { folded: [] }, createElkEngine());
  const overlay = sceneOverlay(planned.result.costs, planned.result.plan);
  html = handoverText(made, 'html', scene, overlay);
  markdown = handoverText(made, 'md', scene, overlay);
});

const tableRow = (name: string) => new RegExp(`<tr><td>${name}</td>(.*?)</tr>`).exec(html)?.[1] ?? '';

describe('a report to hand over', () => {
  it('begins with the answer', () => {
    expect(html).toMatch(/<p class="lead">Split after <code>widen<\/code> and <code>body<\/code>: /);
    expect(markdown.split('\n')[2]).toMatch(/^\*\*Split after `widen` and `body`: /);
  });

  it('says whether the plan holds within the stated errors, and of no price that it is 0', () => {
    const document = planDocumentOf(planned, 'plan.splitplan.json');
    const [device, ...others] = document.tiers;
    const trust = { holds: false, withinFactors: [], text: 'The estimates do not settle this plan.' };
    const facts = {
      ...{ model: 'm.onnx', command: 'dnnsplit report', analysis: analysisReport(planned.analyzed) },
      plan: { ...planReport(planned.result), trust },
      document: {
        ...document,
        tiers:
          device === undefined ? [] : [{ ...device, pricePerHour: 0, unstated: ['pricePerHour' as const] }, ...others],
      },
    };
    const text = handoverMarkdown(handover(facts));
    expect(text).toContain(trust.text);
    expect(text).toMatch(/^\| device \|.*\| not stated \|$/m);
    expect(text).not.toContain('| $0/h |');
    expect(markdown).not.toContain(trust.text);
  });

  it('states the figures that were worked out by hand', () => {
    for (const { id, nodes } of byHand.tiers) expect(tableRow(id)).toContain(`<td class="number">${nodes}</td>`);
    expect(tableRow('device')).toContain('230 µs');
    expect(tableRow('This plan')).toContain(`${byHand.plan.latencyMs.toPrecision(3)} ms`);
    for (const strategy of Object.keys(byHand.singles)) {
      const tier = strategy.replace('single:', '');
      expect(tableRow(`Everything on ${tier}`)).not.toBe('');
    }
    expect(html).toContain('dnnsplit report');
  });

  it('runs nothing, fetches nothing, and allows its one style sheet by its hash', () => {
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|script-src|https?:/);
    expect(html).not.toMatch(/<script|<link|<iframe|\son\w+=|\sstyle=|(?:src|href)="(?!data:image\/svg\+xml;base64,)/);
  });

  it('names no folder, host or person', () => {
    for (const text of [html, markdown]) {
      expect(text).not.toContain(planned.analyzed.path);
      expect(text).not.toMatch(/\/tmp\/|\/home\/|\/root\//);
    }
    const pictures = [...html.matchAll(/base64,([A-Za-z0-9+/=]+)/g)].map(([, one = '']) => Buffer.from(one, 'base64'));
    expect(pictures).toHaveLength(2);
    for (const picture of pictures) expect(picture.toString()).toMatch(/^<svg[\s\S]*widen[\s\S]*<\/svg>\s*$/);
  });

  it('shows names as they are, whatever is in them', () => {
    const hostile = JSON.parse(
      JSON.stringify(made).replaceAll('widen', JSON.stringify(hostileName.replaceAll('`', "'")).slice(1, -1)),
    );
    const graph = { light: '', dark: '' };
    expect(handoverHtml(hostile, { style: '', hash: '' }, graph)).not.toMatch(
      /<(?:script|img(?! alt="The model))|javascript:(?=")/i,
    );
    expect(renderedMarkdown(handoverMarkdown(hostile)).acting).toEqual([]);
    const usual = renderedMarkdown(markdown);
    expect(usual.headings).toBeGreaterThan(4);
    expect(renderedMarkdown(handoverMarkdown(hostile)).headings).toBe(usual.headings);
  });

  it('draws every part of every plan to one scale', () => {
    const part = (value: number) => ({ kind: 'tier', tier: 0, letter: 'D', text: '', value }) as const;
    const bar = (name: string, isChosen: boolean, ...values: number[]) => ({
      name,
      isChosen,
      figure: '',
      parts: values.map(part),
    });
    const svg = barsSvg([bar('own', true, 10, 30), bar('other', false, 80)], 'Latency');
    const widths = [...svg.matchAll(/<rect[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
    const [first = 0, second = 0, third = 0] = widths;
    expect([second / first, third / first]).toEqual([expect.closeTo(3, 1), expect.closeTo(8, 1)]);
  });

  it('tells that a plan was tried out by hand, and what was recommended instead', () => {
    const tried = handoverOf(planned, { cuts: [3, 5] }, planByHand(folder, {}, [6, 6]));
    const text = handoverMarkdown(tried);
    expect(text).toContain('| Recommended |');
    expect(text).toContain('tried out by hand');
    expect(markdown).not.toContain('tried out by hand');
  });
});
