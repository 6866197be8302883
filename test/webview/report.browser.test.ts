import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { handoverOf } from '../../src/app/plan/handoverFile';
import { handoverText } from '../../src/app/plan/handoverText';
import { planText } from '../../src/app/plan/planAnalyzed';
import { planPage } from '../../src/app/plan/planPage';
import { buildScene } from '../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../src/engine/picture/layout/elkEngine';
import { sceneOverlay } from '../../src/engine/report/sceneOverlay';
import type { NamedText } from '../../src/shared/protocol/requests';
import { handFolder, planByHand } from '../support/handModel';
import { findBrowser } from '../vscode/driver/findBrowser.mjs';
import { axeFindings } from './axe';
import { type ThemeName, themes } from './harness/themes';

const executablePath = await findBrowser(() => undefined);

/** The report of the model that was planned by hand. */
async function reportHtml(): Promise<string> {
  const folder = handFolder();
  const planned = planByHand(folder);
  const scene = await buildScene(planned.analyzed.graph, { folded: [] }, createElkEngine());
  const overlay = sceneOverlay(planned.result.costs, planned.result.plan);
  folder.remove();
  return handoverText(handoverOf(planned, {}), 'html', scene, overlay);
}

test.skipIf(executablePath === undefined)('a report is read in both themes and prints on two pages', async () => {
  const html = await reportHtml();
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  const papers = new Set<string>();
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await (await browser.newContext({ colorScheme })).newPage();
    const told: string[] = [];
    page.on('console', (message) => told.push(message.text()));
    page.on('request', (request) => {
      if (!/^(data:|http:\/\/report\.test\/$)/.test(request.url())) told.push(request.url());
    });
    await page.route('http://report.test/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://report.test/');
    expect(told).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    papers.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    const drawn = await page.evaluate(() => document.querySelector('img')?.naturalWidth ?? 0);
    expect(drawn).toBeGreaterThan(100);
    const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length).toBeLessThanOrEqual(2);
  }
  await browser.close();
  expect(papers.size).toBe(2);
});

const themeNames: readonly ThemeName[] = ['dark', 'light', 'hc-dark', 'hc-light'];

/** The texts of the plan that was made by hand, and of one that is cut elsewhere. */
function planTexts(): { readonly plan: NamedText; readonly other: NamedText } {
  const folder = handFolder();
  const textOf = (name: string, cuts: readonly number[]) => ({
    name,
    text: planText(planByHand(folder, { compare: true }, cuts), join(folder.folder, name)),
  });
  const texts = {
    plan: textOf('hand.splitplan.json', [3, 5]),
    other: textOf('other.splitplan.json', [1, 5]),
  };
  folder.remove();
  return texts;
}

test.skipIf(executablePath === undefined)(
  'a plan preview and what a plan does otherwise are read in the four kinds of theme',
  async () => {
    const { plan, other } = planTexts();
    const pages = { preview: planPage(plan), diff: planPage(plan, other) };
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    const context = await browser.newContext({ viewport: { width: 900, height: 900 }, deviceScaleFactor: 2 });
    const papers = new Set<string>();
    for (const [name, body] of Object.entries(pages)) {
      const page = await context.newPage();
      await page.route('http://plan.test/', (route) => route.fulfill({ contentType: 'text/html', body }));
      await page.goto('http://plan.test/');
      for (const theme of themeNames) {
        const { bodyClass, variables } = themes[theme];
        // As the editor does it: variables on the root element, a class on the body.
        await page.evaluate(
          ([known, className]) => {
            for (const [variable, value] of Object.entries(known)) {
              document.documentElement.style.setProperty(`--vscode-${variable}`, value);
            }
            document.body.className = className;
          },
          [variables, bodyClass] as const,
        );
        if (process.env['SCREENSHOTS']) {
          await page.screenshot({ path: `artifacts/webview/${name}-${theme}.png`, fullPage: true });
        }
        expect(await axeFindings(page), `${name}, ${theme}`).toEqual([]);
        papers.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      }
    }
    await browser.close();
    expect(papers.size).toBeGreaterThanOrEqual(3);
  },
);
