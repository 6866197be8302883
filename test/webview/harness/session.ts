import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { FromWebview } from '../../../src/shared/protocol/webviewMessages';
import { browserAdvice, findBrowser } from '../../vscode/driver/findBrowser.mjs';
import { type Bundle, bundleHarness, openHarness } from './serve';
import type { ThemeName } from './themes';

const executablePath = await findBrowser(() => undefined);

export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

/** One page of the graph view in a browser at a time, as tests drive it. */
export class Session {
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;
  #files: Bundle | undefined;
  #page: Page | undefined;

  /** The page that was opened last. */
  get page(): Page {
    if (this.#page === undefined) throw new Error('No page was opened.');
    return this.#page;
  }

  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error('The browser was not started.');
    return this.#context;
  }

  async start(): Promise<void> {
    this.#files = await bundleHarness();
    const args = ['--no-sandbox', '--disable-gpu'];
    this.#browser = await chromium.launch({ executablePath: executablePath ?? '', args });
    this.#context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 } });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }

  async open(query = '', theme: ThemeName = 'dark'): Promise<void> {
    if (this.#files === undefined) throw new Error('The browser was not started.');
    this.#page = await openHarness(this.context, this.#files, { query, theme });
    await this.page.waitForFunction(() => window.harness.posted.length > 0);
    await this.settle();
  }

  /** Every page keeps the content security policy and throws nothing. */
  async checkAndClose(): Promise<void> {
    expect(await this.page.evaluate(() => window.harness.violations)).toEqual([]);
    expect((await this.posted()).filter(({ type }) => type === 'log')).toEqual([]);
    await this.page.close();
  }

  /** Waits for animations (220 ms) and the state that is remembered after them. */
  settle(): Promise<void> {
    return this.page.waitForTimeout(600);
  }

  graph() {
    return this.page.getByRole('tree');
  }

  posted(): Promise<FromWebview[]> {
    return this.page.evaluate(() => window.harness.posted);
  }

  async lastPosted<Type extends FromWebview['type']>(type: Type) {
    const all = await this.posted();
    return all.findLast((message): message is Extract<FromWebview, { type: Type }> => message.type === type);
  }

  /** The camera where it has come to rest, however slow the machine is. */
  async camera(): Promise<Camera> {
    await this.settle();
    let [last, now] = ['', await this.#rememberedCamera()];
    while (JSON.stringify(now) !== last) {
      last = JSON.stringify(now);
      await this.page.waitForTimeout(300);
      now = await this.#rememberedCamera();
    }
    return now;
  }

  #rememberedCamera(): Promise<Camera> {
    return this.page.evaluate(() => (window.harness.remembered as { camera: Camera }).camera);
  }

  /** Hash and count of distinct colors of the canvas, to tell pictures apart without storing them. */
  picture(): Promise<{ hash: number; colors: number }> {
    return this.page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const colors = new Set<number>();
      let hash = 0;
      for (let i = 0; i < data.length; i += 16) {
        const color = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
        colors.add(color);
        hash = (hash * 31 + color) | 0;
      }
      return { hash, colors: colors.size };
    });
  }

  /** Canvas pixel of a world point under the remembered camera. */
  async pixel(x: number, y: number): Promise<{ x: number; y: number }> {
    const { x: left, y: top, zoom } = await this.camera();
    const box = await this.page.locator('canvas').boundingBox();
    return { x: (box?.x ?? 0) + (x - left) * zoom, y: (box?.y ?? 0) + (y - top) * zoom };
  }
}

/** Tests that share a browser; skipped, with what to install, where there is none. */
export function describeInBrowser(name: string, tests: (session: Session) => void): void {
  const title = executablePath === undefined ? `${name}: ${browserAdvice}` : `${name} in a browser`;
  describe.skipIf(executablePath === undefined)(title, () => {
    const session = new Session();
    beforeAll(() => session.start());
    afterEach(() => session.checkAndClose());
    afterAll(() => session.stop());
    tests(session);
  });
}
