import { expect, test } from 'vitest';
import { describeInBrowser } from './harness/session';

describeInBrowser('a plan by keyboard', (session) => {
  const focusedName = () => session.page.evaluate(() => document.activeElement?.textContent ?? '');

  test('is cut after the node that the keyboard is at, and taken back from anywhere', async () => {
    await session.open();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_0'], reveal: true }));
    await session.graph().press('1');
    expect((await session.lastPosted('override'))?.overrides.cuts).toEqual([1, null]);
    await session.page.getByRole('tab', { name: 'Plan' }).click();
    await session.page.keyboard.press('Control+z');
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: {} });
    await session.page.keyboard.press('Control+Shift+z');
    expect((await session.lastPosted('override'))?.overrides.cuts).toContain(1);
    // In a text, undo belongs to the text.
    const before = (await session.posted()).filter(({ type }) => type === 'override').length;
    await session.page.getByRole('textbox', { name: 'Search nodes' }).focus();
    await session.page.keyboard.press('Control+z');
    expect((await session.posted()).filter(({ type }) => type === 'override').length).toBe(before);
  });

  test('keeps the focus where it was when what is around it is built anew', async () => {
    await session.open();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_0'], reveal: true }));
    const cutHere = session.page.getByRole('button', { name: 'Cut Here: device → edge' });
    for (const wanted of [cutHere, session.page.getByRole('button', { name: 'Pin to edge' })]) {
      await wanted.focus();
      await session.page.keyboard.press('Enter');
      await session.settle();
      expect(await session.lastPosted('override')).toBeDefined();
      expect(await session.page.evaluate(() => document.activeElement?.closest('[role=tabpanel]')?.id)).toBe(
        'panel-details',
      );
    }
    // The button that was pressed is gone; its place is taken by another one.
    expect(await focusedName()).toBe('Pin to cloud');
    await cutHere.focus();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['relu_1'], reveal: false }));
    await session.page.getByRole('heading', { name: 'layer0.relu_1' }).waitFor();
    await session.settle();
    expect(await focusedName()).toBe('Cut Here: device → edge');
  });

  test('has the graph focused as soon as the page is', async () => {
    await session.open();
    await session.page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      window.dispatchEvent(new Event('focus'));
    });
    expect(await session.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tree');
    // A focus that is somewhere already stays there.
    await session.page.getByRole('tab', { name: 'Plan' }).focus();
    await session.page.evaluate(() => window.dispatchEvent(new Event('focus')));
    expect(await focusedName()).toBe('Plan');
  });

  test('goes between graph and panel by F6, and leaves the other way to the editor', async () => {
    await session.open();
    const place = () =>
      session.page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('role'));
    await session.graph().press('F6');
    expect(await place()).toBe('tab-plan');
    await session.page.keyboard.press('Shift+F6');
    expect(await place()).toBe('tree');
    // With the panel closed, F6 opens it.
    await session.page.getByRole('button', { name: 'Details' }).click();
    await session.graph().press('F6');
    expect(await place()).toBe('tab-plan');
  });

  test('announces a changed plan also while a node is selected', async () => {
    await session.open();
    const send = (nodeIds: string[]) =>
      session.page.evaluate((ids) => window.harness.send({ type: 'select', nodeIds: ids, reveal: false }), nodeIds);
    await send(['conv_0']);
    const spoken = session.page.locator('[aria-live=polite]');
    await expect.poll(() => spoken.textContent()).toMatch(/^Selected Conv/);
    await session.page.evaluate(() => window.harness.sendPlanUnder({ cuts: [30, 43] }));
    // The host sends the selection along with every plan.
    await send(['conv_0']);
    await session.settle();
    expect(await spoken.textContent()).toMatch(/^Plan changed: latency [\d.]+ /);
  });

  test('speaks of a fold without going back to the selection', async () => {
    await session.open();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_11'], reveal: true }));
    await session.settle();
    await session.graph().press(' ');
    await session.settle();
    expect(await session.page.locator('[aria-live=polite]').textContent()).toMatch(/^Folded/);
  });
});

describeInBrowser('the inside of a node', (session) => {
  test('is opened and left by keyboard, and says so', async () => {
    await session.open();
    const before = await session.camera();
    await session.page.evaluate(() => window.harness.sendOpenable('conv_0'));
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_0'], reveal: true }));
    const [spoken, proxy] = [session.page.locator('[aria-live=polite]'), session.page.locator('#focused-node')];
    await expect.poll(() => proxy.textContent()).toMatch(/can be opened, 2 bodies inside$/);
    expect(await proxy.getAttribute('aria-expanded')).toBe('false');
    await session.graph().press('o');
    await expect.poll(() => spoken.textContent()).toMatch(/^Opened then_branch of layer0\.conv_0, \d+ nodes/);
    const way = session.page.getByRole('navigation', { name: 'Place in the model' });
    await way.getByRole('button', { name: 'else_branch' }).press('Enter');
    await expect.poll(() => spoken.textContent()).toMatch(/^Opened else_branch/);
    expect(await session.lastPosted('shown')).toMatchObject({ body: 'conv_0/else_branch' });
    // The keyboard is in the graph again, where nothing can be cut.
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('1');
    await session.page.getByText(/^The inside of a node runs where the node does/).waitFor();
    await session.page.keyboard.press('Escape');
    await session.page.keyboard.press('Backspace');
    await way.waitFor({ state: 'hidden' });
    expect(await proxy.textContent()).toMatch(/layer0\.conv_0/);
    expect(await session.camera()).toEqual(before);
    expect((await session.posted()).filter(({ type }) => type === 'override')).toEqual([]);
  });
});

describeInBrowser('a boundary that is dragged', (session) => {
  test('takes the card about it away', async () => {
    await session.open('cuts=11,43');
    const cut = await session.page.evaluate(() => window.harness.cutLine(11));
    const from = await session.pixel(0, cut);
    const card = session.page.getByText('Drag to move the cut.');
    await session.page.mouse.move(8, from.y);
    await card.waitFor();
    await session.page.mouse.down();
    expect(await card.isVisible()).toBe(false);
    await session.page.mouse.move(8, from.y + 60, { steps: 4 });
    await session.page.mouse.up();
    await session.settle();
    expect(await card.isVisible()).toBe(false);
  });

  test('moves the graph along where it is held at the edge of the canvas, and by the wheel', async () => {
    await session.open('cuts=3,43&unfolded=1');
    const asked = async () => (await session.lastPosted('requestPreview'))?.cut.position ?? 0;
    const box = await session.page.locator('canvas').boundingBox();
    const cut = await session.page.evaluate(() => window.harness.cutLine(3));
    const from = await session.pixel(0, cut);
    await session.page.mouse.move(8, from.y);
    await session.page.mouse.down();
    // The last of some 50 nodes is far below what is in sight.
    await session.page.mouse.move(8, (box?.y ?? 0) + (box?.height ?? 0) - 6, { steps: 4 });
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(45);
    await session.page.mouse.move(8, (box?.y ?? 0) + 300, { steps: 4 });
    const held = await session.camera();
    expect(held.y).toBeGreaterThan(500);
    expect((await session.camera()).y).toBe(held.y);
    const position = await asked();
    await session.page.mouse.wheel(0, -600);
    await expect.poll(asked).toBeLessThan(position);
    await session.page.mouse.up();
  });
});
