import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { registerLanguageModelTools } from '../../../src/extension/assistant/languageModelTools';
import { toolDescriptions, toolInputSchema } from '../../../src/shared/assistant/assistantInputs';
import { assistantToolNames, assistantTools, contributedName } from '../../../src/shared/assistant/assistantTools';

interface Tool {
  readonly prepareInvocation: (
    options: object,
  ) => Promise<{ readonly confirmationMessages?: { readonly message: string } }>;
  readonly invoke: (
    options: object,
    token: object,
  ) => Promise<{ readonly content: readonly { readonly value: string }[] }>;
}

const editor = vi.hoisted(() => ({
  workspace: { isTrusted: true, workspaceFolders: [] as unknown[] },
  tools: new Map<string, unknown>(),
}));

vi.mock('vscode', () => ({
  workspace: editor.workspace,
  lm: {
    registerTool(name: string, tool: unknown) {
      editor.tools.set(name, tool);
      return { dispose: () => editor.tools.delete(name) };
    },
  },
  l10n: { t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_, at) => String(values[at])) },
  LanguageModelToolResult: class {
    constructor(readonly content: unknown[]) {}
  },
  LanguageModelTextPart: class {
    constructor(readonly value: string) {}
  },
}));

const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../package.json'), 'utf8'));

describe('the tools that the manifest contributes to language models', () => {
  it('are those of dnnsplit mcp, with what they take', () => {
    const contributed = manifest.contributes.languageModelTools;
    expect(contributed.map(({ name }: { name: string }) => name)).toEqual(assistantToolNames.map(contributedName));
    for (const [index, tool] of assistantToolNames.entries()) {
      expect(contributed[index]).toMatchObject({
        displayName: `%tool.${tool}.title%`,
        userDescription: `%tool.${tool}.description%`,
        modelDescription: toolDescriptions[tool],
        inputSchema: toolInputSchema(tool),
      });
      // Without a name in chat it could not be asked for.
      expect(contributed[index].toolReferenceName).toMatch(/^[a-z]+[A-Z][a-z]+$/);
    }
  });

  it('are titled as in the manifest', () => {
    const texts = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../package.nls.json'), 'utf8'));
    for (const tool of assistantToolNames) expect(texts[`tool.${tool}.title`]).toBe(assistantTools[tool].title);
  });
});

describe('the tools in the editor', () => {
  const asked: unknown[] = [];
  const server = {
    request: (method: string, params: object) => {
      asked.push([method, params]);
      return Promise.resolve({ text: '{"next":"Rest."}', isError: false });
    },
  };
  const uri = (text: string) => ({ scheme: text.split(':')[0], toString: () => text });
  const tool = (name: string) => editor.tools.get(name) as Tool;
  let registered: { dispose: () => void };

  beforeEach(() => {
    asked.length = 0;
    registered?.dispose();
    registered = registerLanguageModelTools(server as never);
    editor.workspace.workspaceFolders = [{ uri: uri('file:///models') }, { uri: uri('vscode-vfs://github/x') }];
    editor.workspace.isTrusted = true;
  });

  it('read below the folders of the workspace that are on this machine', async () => {
    const { content } = await tool('dnnsplit_plan_split').invoke({ input: { model: '/models/a.onnx' } }, {});
    expect(content[0]?.value).toBe('{"next":"Rest."}');
    const folders = { rootUris: ['file:///models'], writableUris: ['file:///models'] };
    expect(asked).toEqual([['dnnsplit/tool', { tool: 'plan_split', input: { model: '/models/a.onnx' }, ...folders }]]);
  });

  it('write nowhere in a workspace that is not trusted', async () => {
    editor.workspace.isTrusted = false;
    await tool('dnnsplit_export_plan').invoke({ input: {} }, {});
    expect(asked).toEqual([
      ['dnnsplit/tool', expect.objectContaining({ rootUris: ['file:///models'], writableUris: [] })],
    ]);
  });

  it('ask before they write, and only then', async () => {
    for (const name of assistantToolNames) {
      const { confirmationMessages } = await tool(contributedName(name)).prepareInvocation({
        input: { plan: '/models/"\n.json' },
      });
      expect(confirmationMessages !== undefined).toBe(assistantTools[name].writes);
      if (confirmationMessages) expect(confirmationMessages.message).toContain('"/models/\\"\\n.json"');
    }
  });

  it('go with the extension', () => {
    registered.dispose();
    expect(editor.tools.size).toBe(0);
  });
});
