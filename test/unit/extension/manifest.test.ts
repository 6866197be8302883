import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const manifest = readJson('package.json');
const nls: Record<string, string> = readJson('package.nls.json');
const { contributes } = manifest;

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
}

const commandIds: string[] = contributes.commands.map(({ command }: { command: string }) => command);
const menus: Record<string, MenuEntry[]> = contributes.menus;
const localized = (text: string) => nls[text.replace(/^%|%$/g, '')] ?? text;

function sourceText(): string {
  const folder = join(root, 'src/extension');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

describe('the manifest', () => {
  it('is what a marketplace needs', () => {
    expect(manifest.categories.length).toBeGreaterThan(0);
    expect(manifest.keywords.length).toBeLessThanOrEqual(30);
    expect(manifest.license).toBeTruthy();
    expect(manifest.galleryBanner.theme).toMatch(/dark|light/);
    const icon = readFileSync(join(root, manifest.icon));
    expect(icon.subarray(1, 4).toString()).toBe('PNG');
    expect(icon.readUInt32BE(16)).toBeGreaterThanOrEqual(128);
    expect(icon.readUInt32BE(20)).toBe(icon.readUInt32BE(16));
  });

  it('is built for the oldest VS Code that it claims', () => {
    const minor = (version: string) => version.match(/(\d+\.\d+)/)?.[1];
    expect(minor(manifest.devDependencies['@types/vscode'])).toBe(minor(manifest.engines.vscode));
  });

  it('activates on demand only', () => {
    for (const event of manifest.activationEvents) {
      expect(event).toMatch(
        /^(onWebviewPanel:|workspaceContains:\*\*\/(dnnsplit\.json|\*\.splitplan\.json|\*\.onnx)$)/,
      );
    }
  });

  it('says what works without trust and on virtual file systems', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect([untrustedWorkspaces.supported, virtualWorkspaces.supported]).toEqual(['limited', 'limited']);
    expect(localized(untrustedWorkspaces.description)).toMatch(/\w/);
    expect(manifest.extensionKind).toEqual(['workspace']);
  });

  it('has the text of every placeholder, and no text that nothing uses', () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(nls).sort());
  });

  it('offers the analysis under the agreed name on .onnx files in the explorer', () => {
    const entry = menus['explorer/context']?.find(({ command }) => command === 'dnnsplit.analyze');
    expect(entry?.when).toContain('resourceExtname == .onnx');
    const analyze = contributes.commands.find(({ command }: MenuEntry) => command === 'dnnsplit.analyze');
    expect(localized(analyze.title)).toBe('Analyze DNN splits');
  });
});

describe('commands', () => {
  it('have a category, an icon and a title in Title Case', () => {
    for (const { command, category, icon, title } of contributes.commands) {
      expect(category).toBe('DNNSplit');
      expect(icon).toMatch(/^\$\([\w-]+\)$/);
      if (command === 'dnnsplit.analyze') continue;
      for (const word of localized(title).split(' ')) expect(word).toMatch(/^([A-Z]|(as|to|in|of|and)$)/);
    }
  });

  it('appear in the palette under a condition, each exactly once', () => {
    const entries = menus['commandPalette'] ?? [];
    expect(entries.map(({ command }) => command).sort()).toEqual([...commandIds].sort());
    for (const { when } of entries) expect(when).toBeTruthy();
  });

  it('are the registered ones', () => {
    const table = readFileSync(join(root, 'src/extension/commands/registerCommands.ts'), 'utf8');
    const body = table.slice(table.indexOf('= {'), table.indexOf('};'));
    const registered = [...body.matchAll(/^ {2}(\w+)[:,]/gm)].map(([, name]) => `dnnsplit.${name}`);
    expect(registered.sort()).toEqual([...commandIds].sort());
  });

  it('that write files need a trusted workspace', () => {
    const writing = new Set([
      'dnnsplit.exportPlan',
      'dnnsplit.generate',
      'dnnsplit.planAgain',
      'dnnsplit.bindDimension',
    ]);
    for (const entry of Object.values(menus).flat()) {
      if (writing.has(entry.command)) expect(entry.when).toContain('isWorkspaceTrusted');
    }
  });

  it('in menus and texts exist', () => {
    const linked = [...JSON.stringify(nls).matchAll(/\(command:(dnnsplit\.\w+)\)/g)].map(([, command]) => command);
    const named = Object.values(menus)
      .flat()
      .map(({ command }) => command);
    for (const command of [...linked, ...named]) expect(commandIds).toContain(command);
  });

  it('of the view are limited to it', () => {
    for (const menu of ['view/title', 'view/item/context']) {
      for (const { when } of menus[menu] ?? []) expect(when).toContain('view == dnnsplit.splits');
    }
  });
});

describe('contributions', () => {
  it('leave the choice of the editor to the person', () => {
    expect(contributes.customEditors).toMatchObject([
      { viewType: 'dnnsplit.graph', priority: 'option' },
      { viewType: 'dnnsplit.planPreview', priority: 'option' },
    ]);
  });

  it('have one container with one view, and welcome it in every state', () => {
    expect(contributes.viewsContainers.activitybar).toHaveLength(1);
    expect(contributes.views.dnnsplit).toHaveLength(1);
    const states = contributes.viewsWelcome.map(({ when }: MenuEntry) => when).join(' ');
    for (const state of ['none', 'analyzing', 'failed', 'canceled']) {
      expect(states).toContain(`dnnsplit.model == ${state}`);
    }
  });

  it('validate the kinds of document, and contracts only where exports put them', () => {
    const kinds = contributes.jsonValidation.flatMap(({ fileMatch }: { fileMatch: string | string[] }) => fileMatch);
    const contracts = kinds.filter((pattern: string) => pattern.endsWith('contract.json'));
    expect(kinds.slice(0, 3)).toEqual(['dnnsplit.json', '*.splitplan.json', '*.profile.json']);
    expect(kinds).toHaveLength(3 + contracts.length);
    for (const pattern of contracts) expect(pattern).toMatch(/^deploy\/(\*\/)?\w+\/.*\*\/contract\.json$/);
  });

  it('have settings with a default, a scope and a description, each of which something reads', () => {
    const read = sourceText();
    for (const group of contributes.configuration) {
      for (const [id, setting] of Object.entries<Record<string, unknown>>(group.properties)) {
        expect(setting).toHaveProperty('default');
        expect(setting['scope']).toMatch(/^(resource|window|machine-overridable)$/);
        expect(localized(String(setting['markdownDescription']))).not.toContain('%');
        // The language client reads the trace setting by itself.
        if (id !== 'dnnsplit.trace.server') expect(read).toContain(`'${id.replace('dnnsplit.', '')}'`);
      }
    }
  });

  it('set no context key that nothing asks for, and ask for none that nothing sets', () => {
    const set = [...sourceText().matchAll(/#set\('(dnnsplit\.\w+)'/g)].map(([, key]) => key);
    const whens =
      JSON.stringify(contributes)
        .match(/"when":"[^"]*"/g)
        ?.join(' ') ?? '';
    const asked = [...whens.matchAll(/dnnsplit\.(?!graph|splits|planPreview)\w+/g)].map(([key]) => key);
    expect([...new Set(asked)].sort()).toEqual([...new Set(set)].sort());
  });

  it('have one walkthrough of four or five steps with a command, an end and a picture each', () => {
    expect(contributes.walkthroughs).toHaveLength(1);
    const { steps } = contributes.walkthroughs[0];
    expect(steps.length).toBeGreaterThanOrEqual(4);
    expect(steps.length).toBeLessThanOrEqual(5);
    for (const { description, completionEvents, media } of steps) {
      expect(localized(description)).toMatch(/\]\(command:dnnsplit\.[\w.]+\)/);
      expect(completionEvents).toHaveLength(1);
      expect(Object.keys(media.image).sort()).toEqual(['dark', 'hc', 'hcLight', 'light']);
      for (const path of Object.values<string>(media.image)) {
        expect(readFileSync(join(root, path)).toString('latin1', 8, 12)).toBe('WEBP');
      }
    }
  });
});

describe('the package', () => {
  it('holds what is allowed and nothing else', () => {
    const [everything, ...allowed] = readFileSync(join(root, '.vscodeignore'), 'utf8').trim().split('\n');
    expect(everything).toBe('**');
    for (const rule of allowed) expect(rule).toMatch(/^!(dist|l10n|media)\/[\w/*.!()|-]+$|^![\w.]+$/);
    // Source maps and sources stay at home.
    expect(allowed.join('\n')).not.toMatch(/\*\*|\.map|src|test|node_modules|dist\/\*$/m);
    for (const file of ['package.json', 'package.nls.json', 'LICENSE']) expect(allowed).toContain(`!${file}`);
  });
});
