import { expect, test } from 'vitest';
import { describeInBrowser } from './harness/session';

describeInBrowser('the answer', (session) => {
  const row = (name: string | RegExp) => session.page.getByRole('button', { name }).first();
  const isShown = (tab: string) => session.page.getByRole('tab', { name: tab, exact: true, selected: true }).waitFor();

  test('opens on the cut, with the plan beside it', async () => {
    await session.open('answer=1&blocks=60&unfolded=1&cuts=243,300');
    await isShown('Plan');
    await session.page.getByRole('heading', { name: /^Split after/ }).waitFor();
    const cut = await session.page.evaluate(() => window.harness.cutLine(243));
    const box = await session.page.locator('canvas').boundingBox();
    const { y, zoom } = await session.camera();
    expect((cut - y) * zoom).toBeCloseTo((box?.height ?? 0) / 2, 0);
  });

  test('stays where a person has gone before the plan came', async () => {
    await session.open('answer=1&blocks=60&unfolded=1&cuts=243,300&state=noplan');
    await session.page.mouse.move(300, 400);
    await session.page.mouse.wheel(0, 500);
    const before = await session.camera();
    await session.page.evaluate(() => window.harness.sendPlan());
    expect(await session.camera()).toEqual(before);
  });

  test('draws every plan to one scale, and its parts to theirs', async () => {
    await session.open('answer=1');
    const widths = await session.page.evaluate(() => {
      const rows = [...document.querySelectorAll('.bars[aria-label="Latency"] .bar-row')];
      const widthOf = (element: Element) => element.getBoundingClientRect().width;
      return rows.map((one) => ({
        name: one.querySelector('.bar-name')?.textContent ?? '',
        figure: one.querySelector('.bar-figure')?.textContent ?? '',
        parts: [...one.querySelectorAll('.bar-part')].map(widthOf),
      }));
    });
    const ms = (figure: string) => Number.parseFloat(figure) * (figure.endsWith(' s') ? 1000 : 1);
    const perMs = widths.map(({ parts, figure }) => parts.reduce((sum, part) => sum + part, 0) / ms(figure));
    for (const one of perMs) expect(one / (perMs[0] ?? 1)).toBeCloseTo(1, 1);
    expect(widths.map(({ name }) => name)).toEqual([
      'This plan',
      'All on device',
      'All on edge',
      'All on cloud',
      expect.stringMatching(/^Next best: /),
    ]);
  });

  test('tells what a bar is made of, shows its plan by keyboard, and leads back', async () => {
    await session.open('answer=1');
    await row(/^All on edge/).focus();
    await session.page.getByText(/^[\d.]+x slower: [\d.]+ ms device → edge \+ [\d.]+ ms edge$/).waitFor();
    await session.page.keyboard.press('Enter');
    expect(await session.lastPosted('override')).toEqual({
      type: 'override',
      overrides: { strategy: 'single:edge' },
    });
    await row(/^Yours\s*1\.03 s/).waitFor();
    await row(/^Recommended/).click();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: {} });
    await row(/^This plan/).waitFor();
    await row(/^Tried/).waitFor();
  });

  test('keeps the elements of bars and charts, and the focus in them, when a plan comes again', async () => {
    await session.open('answer=1');
    await row(/^All on edge/).focus();
    const told = session.page.locator('.bar-told').first();
    const before = await told.textContent();
    const change = { bandwidthMbps: [3, 3] };
    for (const tab of ['Plan', 'Charts']) {
      await session.page.getByRole('tab', { name: tab }).click();
      await session.page.locator('.chart:visible, .bars:visible').first().waitFor();
      const shown = await session.page.locator('svg.chart:visible, .bars:visible, .bar-row:visible').elementHandles();
      expect(shown.length).toBeGreaterThan(2);
      if (tab === 'Plan') await row(/^All on edge/).focus();
      await session.page.evaluate((overrides) => window.harness.sendPlanUnder(overrides), change);
      await session.settle();
      for (const one of shown) expect(await one.evaluate((element) => element.isConnected)).toBe(true);
      if (tab === 'Charts') continue;
      expect(await session.page.evaluate(() => document.activeElement?.textContent)).toMatch(/^All on edge/);
      expect(await told.textContent()).not.toBe(before);
      // The row works with the new plan: it shows everything on the edge under what is tried now.
      await session.page.keyboard.press('Enter');
      const overrides = { ...change, strategy: 'single:edge' };
      expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides });
      await session.page.evaluate(() => window.harness.sendPlanUnder({}));
      await session.settle();
    }
  });

  test('reads the values of charts out, by keyboard and under the pointer', async () => {
    await session.open('answer=1');
    await session.page.getByRole('tab', { name: 'Charts' }).click();
    const figure = (name: string) =>
      session.page.getByRole('figure').filter({ has: session.page.getByRole('slider', { name: `Values: ${name}` }) });
    const bytes = figure('Bytes and cumulative MACs by position');
    const words = bytes.locator('.chart-words');
    await bytes.getByRole('slider').press('End');
    expect(await words.textContent()).toMatch(
      /^Position 54, after layer0\.gemm_53: sends 0 B, after [\d.]+ G MACs\. Candidate\.$/,
    );
    await bytes.getByRole('slider').press('ArrowLeft');
    expect(await words.textContent()).toMatch(/^Position 53[^:]*: sends [\d.]+ kB, after [\d.]+ G MACs/);
    expect(await bytes.getByRole('slider').getAttribute('aria-valuetext')).toBe(await words.textContent());
    const latency = figure('Latency by bandwidth from device to edge');
    const box = await latency.locator('svg').boundingBox();
    if (box === null) throw new Error('the chart is not on the screen');
    const told = latency.locator('.chart-words');
    const seen = [];
    for (const share of [0.25, 0.75]) {
      await session.page.mouse.move(box.x + share * box.width, box.y + box.height / 2);
      await expect
        .poll(() => told.textContent())
        .toMatch(/^At [\d.]+ [kMG]bit\/s: [\d.]+ m?s, (device only|split|cloud)/);
      seen.push(await told.textContent());
    }
    expect(seen[0]).not.toBe(seen[1]);
    await session.page.mouse.move(5, 5);
    await expect.poll(() => told.textContent()).toMatch(/^Point at the chart/);
  });

  test('sorts the table of nodes by its titles, and filters it', async () => {
    await session.open('answer=1&unfolded=1');
    await session.page.getByRole('tab', { name: 'Nodes' }).click();
    const table = session.page.getByRole('table', { name: 'Nodes in execution order' });
    const names = () => table.locator('[data-row]').allTextContents();
    const usual = await names();
    const macs = table.getByRole('button', { name: 'MACs', exact: true });
    await macs.click();
    await table
      .getByRole('columnheader', { name: 'MACs', exact: true })
      .and(table.locator('[aria-sort=descending]'))
      .waitFor();
    const sorted = await names();
    expect(sorted).not.toEqual(usual);
    await macs.click();
    await table.locator('[aria-sort=ascending]').waitFor();
    await macs.click();
    expect(await names()).toEqual(usual);
    await session.page.getByRole('textbox', { name: 'Filter by name, operator or tier' }).fill('relu layer1');
    await expect.poll(async () => (await names()).every((name) => /layer1\.relu/.test(name))).toBe(true);
    expect((await names()).length).toBeGreaterThan(1);
    await table.locator('[data-row]').first().click();
    expect((await session.lastPosted('selected'))?.nodeIds[0]).toMatch(/^relu_/);
  });

  test('shows the node that is selected, and the plan again when none is', async () => {
    await session.open('answer=1');
    await session.graph().press('ArrowDown');
    await session.graph().press('ArrowDown');
    await session.graph().press('Enter');
    await isShown('Node');
    await session.graph().press('Escape');
    await isShown('Plan');
    await session.page.getByRole('tab', { name: 'Charts' }).click();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_0'], reveal: true }));
    await session.settle();
    await isShown('Charts');
  });

  test('offers what to do next', async () => {
    await session.open('answer=1');
    for (const [name, command] of [
      ['Edit Tiers…', 'openConfig'],
      ['Save Report…', 'report'],
      ['Split…', 'split'],
      ['Verify…', 'verifySplit'],
      ['Generate…', 'generate'],
    ] as const) {
      await session.page.getByRole('button', { name, exact: true }).click();
      expect(await session.lastPosted('run')).toEqual({ type: 'run', command });
    }
    expect(await session.page.getByRole('button', { name: 'Set Sizes…' }).count()).toBe(0);
  });
});
