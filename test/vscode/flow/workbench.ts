import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { inject } from 'vitest';
import { browserAdvice } from '../driver/findBrowser.mjs';
import { openBrowser } from '../driver/openBrowser.mjs';
import { copyWorkspace } from '../driver/packageExtension.mjs';
import { artifacts } from '../driver/paths.mjs';
import { type RunningServer, startServer } from '../driver/startServer.mjs';
import type { Stage } from './stage';

/** What all flows of one run share. */
export function theStage(): Stage {
  const stage = inject('stage');
  if (stage === undefined) throw new Error(browserAdvice);
  return stage;
}

export interface WorkbenchOptions {
  readonly theme?: string;
  readonly scale?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The folder opens in restricted mode. */
  readonly restricted?: boolean;
  /** Changes the copy of the sample workspace before it is opened. */
  readonly prepare?: (workspace: string) => Promise<void>;
}

/** Those whose windows are open now. */
export const openWorkbenches = new Set<Workbench>();

/** A person's view of VS Code: what can be seen and clicked, by the names that a person reads. */
export class Workbench {
  private constructor(
    readonly page: Page,
    readonly workspace: string,
    private readonly browser: Browser,
    private readonly server: RunningServer,
    private readonly name: string,
  ) {}

  /** Opens the sample workspace (a fresh copy) and waits until the extension's contributions are in. */
  static async open(stage: Stage, name: string, options: WorkbenchOptions = {}): Promise<Workbench> {
    const workspace = await copyWorkspace();
    await options.prepare?.(workspace);
    const settings = {
      ...options.settings,
      ...(options.restricted && { 'security.workspace.trust.startupPrompt': 'never' }),
      ...(options.theme !== undefined && { 'workbench.colorTheme': options.theme }),
    };
    const server = await startServer(stage.vscode, {
      extensionsFolder: stage.extensionsFolder,
      settings,
      asksForTrust: options.restricted === true,
    });
    const { browser, page } = await openBrowser(stage.program, { scale: options.scale ?? 1 });
    await mkdir(join(artifacts, 'screenshots'), { recursive: true });
    const workbench = new Workbench(page, workspace, browser, server, name);
    openWorkbenches.add(workbench);
    await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(workspace)}`);
    await workbench.activity('DNNSplit').waitFor({ timeout: 90_000 });
    await workbench.file('resnet152.onnx').waitFor();
    return workbench;
  }

  async close(): Promise<void> {
    openWorkbenches.delete(this);
    await this.browser.close();
    await this.server.stop();
    await rm(this.workspace, { recursive: true, force: true });
  }

  /** Keeps a picture for a person to look at. */
  async picture(step: string): Promise<void> {
    await this.page.screenshot({ path: join(artifacts, 'screenshots', `${this.name}-${step}.png`) });
  }

  /** Path of a file anywhere in the workspace, if there is one. */
  findFile(name: string): string | undefined {
    const found = readdirSync(this.workspace, { recursive: true, encoding: 'utf8' }).find(
      (path) => basename(path) === name,
    );
    return found === undefined ? undefined : join(this.workspace, found);
  }

  activity(title: string): Locator {
    return this.page.locator('.activitybar').getByRole('tab', { name: title }).first();
  }

  file(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
  }

  /** Right-clicks a file in the explorer and chooses an entry of the menu. */
  async chooseOnFile(file: string, entry: string): Promise<void> {
    await this.chooseOn(this.file(file), entry, `menu-${file.replaceAll('.', '-')}`);
  }

  /** Right-clicks a row of the side bar and chooses an entry of the menu. */
  async chooseOn(row: Locator, entry: string, picture: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name: entry }).first();
    // A menu closes where the workbench moves the focus or draws the rows once more: then it is opened again.
    for (let attempt = 1; ; attempt++) {
      // Where the pointer rests on a row, what the workbench tells of that row covers the one below.
      await this.page.mouse.move(720, 450);
      await row.click({ button: 'right' });
      try {
        await item.waitFor({ timeout: 10_000 });
        await this.picture(picture);
        await item.click({ timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 3) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** As `chooseOnFile`, from wherever the side bar is. */
  async chooseOnFileInExplorer(file: string, entry: string): Promise<void> {
    // A click on the part that is shown already hides it.
    if (!(await this.file(file).isVisible())) await this.activity('Explorer').click();
    await this.file(file).waitFor();
    await this.chooseOnFile(file, entry);
  }

  /** A row of the extension's tree. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.split-view-view .monaco-list-row', { hasText: text });
  }

  /** Clicks a row of the extension's tree, until `shown` is what tells that it is selected. */
  async selectInTree(text: string, shown: Locator): Promise<void> {
    // Where the tree is drawn anew between aiming and clicking, another row is under the pointer.
    for (let attempt = 1; ; attempt++) {
      await this.treeRow(text).first().click();
      try {
        return await shown.waitFor({ timeout: 10_000 });
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }

  /** Waits for a row of the extension's tree; where it does not come, also before the first test, the error says what is shown. */
  async waitForTreeRow(text: string | RegExp): Promise<void> {
    try {
      await this.treeRow(text).first().waitFor({ timeout: 60_000 });
    } catch (error) {
      throw new Error(`No row "${text}" in the tree.\n${await this.onScreen()}`, { cause: error });
    }
  }

  /** What the parts of the window say that a flow waits for or is held up by, in one line each. */
  async onScreen(): Promise<string> {
    const told = await this.#partsOnScreen().catch((error) => [String(error)]);
    return [`On the screen of ${this.name}:`, ...told].join('\n  ');
  }

  async #partsOnScreen(): Promise<string[]> {
    await this.picture('failed');
    const parts = {
      'side bar': '.part.sidebar',
      tabs: '.tabs-container',
      'status bar': '.part.statusbar',
      toasts: '.notifications-toasts',
      list: '.quick-input-widget',
      dialog: '.monaco-dialog-box',
      menu: '.monaco-menu',
    };
    const lines = Object.entries(parts).map(async ([name, selector]) => {
      const texts = await this.page.locator(`${selector}:visible`).allInnerTexts();
      return texts.length === 0 ? [] : [`${name}: ${JSON.stringify(texts.join(' ').slice(0, 400))}`];
    });
    const focus = await this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
    return [...(await Promise.all(lines)).flat(), `focus: ${focus}`];
  }

  /** What the workbench tells of a row under the pointer. A row that is drawn anew tells nothing until the pointer comes again. */
  async hoverOf(row: Locator, text: string): Promise<Locator> {
    const hover = this.page.locator('.monaco-hover:visible', { hasText: text }).last();
    for (let tries = 0; tries < 5 && !(await hover.isVisible()); tries++) {
      await this.page.mouse.move(720, 450);
      await row.hover();
      await hover.waitFor({ timeout: 5000 }).catch(() => undefined);
    }
    await hover.waitFor({ timeout: 5000 });
    return hover;
  }

  /** The page inside the graph's webview. */
  get graph(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').first().frameLocator('iframe#active-frame');
  }

  /** Opens the list that a key opens and types into it. It closes where the workbench moves the focus once more: then it is opened again. */
  private async quickInput(key: string, text: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input').first();
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await input.fill(text, { timeout: 10_000 });
        return input;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }

  /** Opens a file by its absolute path. */
  async openFile(path: string): Promise<void> {
    const input = await this.quickInput('Control+P', path);
    // Files that were open before come first, and may be called the same.
    const rows = this.page.locator('.quick-input-list .monaco-list-row', { hasText: basename(path) });
    await rows
      .filter({ hasText: basename(dirname(path)) })
      .first()
      .click();
    await this.editorTab(basename(path)).first().waitFor();
    await input.waitFor({ state: 'hidden' });
  }

  /**
   * Runs a command by its title. The palette lists what the window knows to be possible when it opens: in one that was just
   * opened that may not yet be all, for example whether its folder is trusted. Then it is opened again.
   */
  async runCommand(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    for (let attempt = 1; ; attempt++) {
      await this.quickInput('F1', `>${title}`);
      try {
        await row.waitFor({ timeout: 5000 });
        break;
      } catch (error) {
        if (attempt === 8) throw error;
        await this.page.keyboard.press('Escape');
        await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      }
    }
    // A key that comes before the list has chosen its row does nothing.
    for (let tries = 0; tries < 3 && (await row.isVisible()); tries++) {
      await this.page.keyboard.press('Enter');
      await row.waitFor({ state: 'hidden', timeout: 5000 }).catch(() => undefined);
    }
  }

  /** Chooses a color theme by its name in the list of them. */
  async chooseTheme(theme: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.keyboard.press('Control+t');
    const choice = (name: string) => this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first();
    await choice('Monokai').waitFor({ timeout: 20_000 });
    await this.page.locator('.quick-input-widget input').first().fill(theme);
    await choice('Monokai').waitFor({ state: 'detached' });
    await choice(theme).click();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Titles that the command palette offers for what is typed. */
  async offeredCommands(typed: string): Promise<string[]> {
    await this.quickInput('F1', `>${typed}`);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    const titles = await rows.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles.map((title) => title.replace(/\s+/g, ' ').trim());
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  get statusBar(): Locator {
    return this.page.locator('.statusbar-item', { hasText: 'DNNSplit' }).first();
  }

  editorTab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title });
  }

  /** Opens the quick-fix menu where the cursor is and chooses an action by keyboard. */
  async chooseCodeAction(title: string): Promise<void> {
    const widget = this.page.locator('.action-widget');
    const wanted = widget.locator('.monaco-list-row', { hasText: title });
    // Where the editor is not ready yet the keys do nothing, and a person presses them again.
    for (let tries = 0; tries < 3 && !(await wanted.isVisible()); tries++) {
      await this.page.keyboard.press('Control+.');
      await wanted.waitFor({ timeout: 10_000 }).catch(() => undefined);
    }
    await wanted.waitFor({ timeout: 5000 });
    await this.picture(`code-actions`);
    const rows = await widget.locator('.monaco-list-row.action').allInnerTexts();
    const steps = rows.findIndex((row) => row.includes(title));
    for (let step = 0; step < steps; step += 1) await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.press('Enter');
  }
}
