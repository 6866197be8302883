import { afterAll, describe, expect, it } from 'vitest';
import { planText } from '../../../src/app/plan/planAnalyzed';
import { planPage } from '../../../src/app/plan/planPage';
import { byHand, handCuts, handFolder, planByHand } from '../../support/handModel';
import { hostileName } from '../../support/hostileRepository';

const folder = handFolder();
afterAll(folder.remove);
const named = (name: string, cuts: readonly number[]) => ({
  name,
  text: planText(planByHand(folder, {}, cuts), `${folder.folder}/${name}`),
});
const plan = named('new.splitplan.json', handCuts);
const page = planPage(plan);

/** Cells of the row that begins with a name. */
const rowOf = (html: string, name: string) =>
  [...(new RegExp(`<tr><td>${name}</td>(.*?)</tr>`).exec(html)?.[1] ?? '').matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(
    ([, cell]) => cell,
  );

describe('a plan document as a page', () => {
  it('tells the figures that were worked out by hand, from the document alone', () => {
    for (const { id, nodes } of byHand.tiers) expect(rowOf(page, id)[0]).toBe(String(nodes));
    expect(rowOf(page, 'This plan')[0]).toBe(`${byHand.plan.latencyMs.toPrecision(3)} ms`);
    for (const { from, to, tensors } of byHand.links) {
      const [first] = tensors;
      expect(rowOf(page, `${from} to ${to}`)[0]).toBe(String(tensors.length));
      expect(page).toContain(`<td>${first?.name}</td>`);
    }
    // One bar, with a part for each tier and link that takes time.
    const parts = page.match(/<rect [^>]*class="(tier-\d|link)"/g) ?? [];
    expect(parts.length).toBeGreaterThanOrEqual(byHand.tiers.length + byHand.links.length);
  });

  it('runs nothing and fetches nothing, whatever names are in it', () => {
    const hostile = planPage({
      ...plan,
      text: plan.text.replaceAll('widen', JSON.stringify(hostileName).slice(1, -1)),
    });
    for (const html of [page, hostile]) {
      expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
      expect(html).not.toMatch(/<script|<link|<iframe|<img|\son\w+=/);
    }
  });

  it('says of what is no plan why', () => {
    expect(() => planPage({ name: 'a.splitplan.json', text: '{"format":"other"}' })).toThrow(
      /a\.splitplan\.json|format/,
    );
  });
});

describe('two plan documents as a page', () => {
  it('tells what moved and what that costs', () => {
    const older = named('old.splitplan.json', [1, 5]);
    const html = planPage(plan, older);
    expect(html).toContain('<h1>new.splitplan.json against old.splitplan.json</h1>');
    expect(html).toMatch(/<p class="lead">The split has moved\. Latency is [\d.]+ % (worse|better)\.<\/p>/);
    const [before, after, change] = rowOf(html, 'Latency');
    expect(after).toBe(`${byHand.plan.latencyMs.toPrecision(3)} ms`);
    const [was, is] = [before, after].map((text) => Number.parseFloat(text ?? ''));
    const percent = (100 * ((is ?? 0) - (was ?? 0))) / (was ?? 1);
    expect(change?.startsWith(percent > 0 ? '+' : '−')).toBe(true);
    expect(Math.abs(Number.parseFloat(change?.slice(1) ?? '') - Math.abs(percent))).toBeLessThan(1);
    const nodes = [1, 4, 1];
    for (const [k, { id, nodes: now }] of byHand.tiers.entries()) {
      const cells = rowOf(html, id);
      expect([cells[0], cells[2]]).toEqual([String(nodes[k]), String(now)]);
    }
  });

  it('says that nothing moved where nothing did', () => {
    const html = planPage(plan, { ...plan, name: 'copy.splitplan.json' });
    expect(html).toContain('<p class="lead">The split is the same. Latency is the same.</p>');
    expect(rowOf(html, 'Latency')[2]).toBe('');
  });
});
