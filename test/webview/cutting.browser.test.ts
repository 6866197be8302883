import { expect, test } from 'vitest';
import type { GraphAct } from '../../src/shared/protocol/webviewMessages';
import { describeInBrowser } from './harness/session';

describeInBrowser('cutting anywhere', (session) => {
  const select = (id: string) =>
    session.page.evaluate((node) => window.harness.send({ type: 'select', nodeIds: [node], reveal: true }), id);
  const notice = () => session.page.locator('.notice');
  const lastCuts = async () => (await session.lastPosted('override'))?.overrides.cuts;

  test('asks for the link where there are several, and takes a digit for an answer', async () => {
    await session.open();
    await select('conv_0');
    await session.graph().press('c');
    await notice().getByText('Cut after layer0.conv_0 between which tiers?').waitFor();
    expect(await lastCuts()).toBeUndefined();
    await session.graph().press('2');
    expect(await lastCuts()).toEqual([null, 1]);
    await notice().waitFor({ state: 'hidden' });
    await session.graph().press('c');
    await notice().getByRole('button', { name: '1: device → edge' }).click();
    expect(await lastCuts()).toEqual([1, 1]);
    await session.graph().press('c');
    await session.graph().press('Escape');
    await notice().waitFor({ state: 'hidden' });
  });

  test('cuts where several tensors cross, and says before how many', async () => {
    await session.open('previews=1');
    await select('conv_13');
    await session.page.getByText(/^Cuts 2 tensors, [\d.]+ [kM]B\.$/).waitFor();
    await session.page.getByRole('button', { name: 'Cut Here: device → edge' }).click();
    expect(await lastCuts()).toEqual([14, null]);
  });

  test('drags a cut in from the handle of a link that carries nothing', async () => {
    await session.open('cuts=3,54');
    const box = await session.page.locator('canvas').boundingBox();
    const foot = (box?.y ?? 0) + (box?.height ?? 0) - 42;
    await session.page.mouse.move((box?.x ?? 0) + 6, foot);
    await session.page.getByText('Carries nothing. Drag it into the graph to cut there.').waitFor();
    const { y } = await session.pixel(0, await session.page.evaluate(() => window.harness.cutLine(11)));
    await session.page.mouse.down();
    await session.page.mouse.move((box?.x ?? 0) + 6, y + 4, { steps: 6 });
    await session.page.mouse.up();
    expect(await lastCuts()).toEqual([null, 11]);
  });

  test('cuts at the end of a fold and says so, and opens one that is cut inside', async () => {
    await session.open();
    await select('fold:block0');
    await session.graph().press('1');
    expect(await lastCuts()).toEqual([11, null]);
    await notice()
      .getByText(/^Cut at the end of the folded block, after/)
      .waitFor();
    await session.graph().press('/');
    await session.page.keyboard.type('conv_5');
    await session.page.getByRole('button', { name: /^layer0\.conv_5/ }).waitFor();
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('Enter');
    await session.graph().focus();
    await session.graph().press('1');
    expect(await lastCuts()).toEqual([6, null]);
    expect((await session.lastPosted('requestScene'))?.folded).not.toContain('fold:block0');
  });

  test('shows a refusal where it happened, and drops the pin that is in the way', async () => {
    await session.open();
    await select('relu_1');
    await session.page.getByRole('button', { name: 'Pin to cloud' }).click();
    await notice().getByText('layer0.relu_1 cannot be placed').waitFor();
    // What was refused is not in the history: there is nothing to undo.
    const posted = (await session.posted()).length;
    await session.graph().press('Control+z');
    expect((await session.posted()).slice(posted).filter(({ type }) => type === 'override')).toEqual([]);
    await session.page.getByRole('button', { name: 'Pin to edge' }).click();
    await session.page.getByRole('button', { name: 'Pin to cloud' }).click();
    await notice()
      .getByRole('button', { name: /^Drop the Pin of/ })
      .click();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: {} });
    await notice().waitFor({ state: 'hidden' });
  });

  test('tells the editor which node its context menu is for, by mouse and by keyboard, and does what it asks', async () => {
    await session.open();
    const told = async () => JSON.parse((await session.graph().getAttribute('data-vscode-context')) ?? '{}');
    const { x, y } = await session.pixel(60 + 84, 88 + 20);
    await session.page.mouse.click(x, y, { button: 'right' });
    expect(await told()).toMatchObject({ dnnsplitNode: 'conv_0', dnnsplitKind: 'node', dnnsplitCuttable: true });
    await session.graph().press('ArrowDown');
    await session.graph().dispatchEvent('contextmenu');
    expect(await told()).toMatchObject({ dnnsplitNode: 'relu_1', preventDefaultContextMenuItems: true });
    const act = (wanted: GraphAct) =>
      session.page.evaluate((asked) => window.harness.send({ type: 'act', act: asked }), wanted);
    await act({ kind: 'cut', nodeId: 'relu_1' });
    await notice().getByText('Cut after layer0.relu_1 between which tiers?').waitFor();
    await act({ kind: 'toggleFold', nodeId: 'fold:block0' });
    await expect.poll(async () => (await session.lastPosted('requestScene'))?.folded).not.toContain('fold:block0');
    await act({ kind: 'compare', strategy: 'neurosurgeon' });
    await expect
      .poll(() => session.lastPosted('requestComparison'))
      .toEqual({ type: 'requestComparison', strategy: 'neurosurgeon' });
  });

  test('lists what is tried, and takes one of it back', async () => {
    await session.open();
    await select('conv_0');
    await session.graph().press('1');
    await session.graph().press('Escape');
    await session.page.getByText('Cut device → edge after').waitFor();
    await session.page.getByRole('button', { name: /^Take Back: Cut device → edge/ }).click();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: {} });
    await session.page.getByRole('heading', { name: 'Tried out' }).waitFor({ state: 'detached' });
  });
});
