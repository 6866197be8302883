import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/api';
import type { PlanDocument } from '../../../src/shared/documents/plan';
import { analyzeSample, cleanUp, inWorkspace, read, section, until } from './workbench';

describe('an open plan document', () => {
  const plan = inWorkspace('mobilenetv2.splitplan.json');
  const model = inWorkspace('mobilenetv2.onnx');
  let look: ExtensionApi;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    look = await analyzeSample();
    await vscode.commands.executeCommand('dnnsplit.analyze', model);
    await until('the plan', () => look.snapshot(model.toString())?.plan);
    await vscode.commands.executeCommand('dnnsplit.exportPlan');
    const shown = vscode.window.activeTextEditor;
    assert.equal(shown?.document.uri.toString(), plan.toString());
    editor = shown;
  });
  afterEach(async () => {
    await cleanUp();
    await vscode.workspace.fs.delete(plan);
  });

  const lensTitles = async (uri: vscode.Uri): Promise<string[]> => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
    return lenses.map(({ command }) => command?.title ?? '');
  };
  /** Gives a document another text, as a person does. */
  const type = async (document: vscode.TextDocument, text: string) => {
    const edit = new vscode.WorkspaceEdit();
    const end = document.positionAt(document.getText().length);
    edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text);
    assert(await vscode.workspace.applyEdit(edit));
  };
  /** Line of the nth opening brace in a list, and the cursor moved there as a person moves it. */
  const moveInto = async (list: string, index: number) => {
    const text = editor.document.getText();
    let offset = text.indexOf(`\n  "${list}": [`);
    for (let seen = -1; seen < index; seen++) offset = text.indexOf('\n    {', offset + 1);
    const start = editor.document.positionAt(offset + 1).line + 1;
    editor = await vscode.window.showTextDocument(editor.document);
    editor.selection = new vscode.Selection(start, 4, start, 4);
    await vscode.commands.executeCommand('cursorMove', { to: 'down' });
  };

  it('offers its graph and planning again above its text', async () => {
    let titles: string[] = [];
    for (let tries = 0; tries < 50 && titles.length === 0; tries++) titles = await lensTitles(plan);
    assert(titles.includes('Open Graph'), titles.join(', '));
    assert(titles.includes('Plan Again'), titles.join(', '));
  });

  it('opens its graph from the text of a URI, as a code lens passes it', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('no graph', () => look.openGraphs() === 0);
    await vscode.commands.executeCommand('dnnsplit.openGraph', model.toString());
    assert.equal(look.openGraphs(), 1);
  });

  it('is planned again, and Undo brings the old text back', async () => {
    const text = await read(plan);
    const planned = JSON.parse(text) as PlanDocument;
    const old = text.replace(`"latencyMs": ${planned.prediction.latencyMs}`, '"latencyMs": 12345');
    assert.notEqual(old, text);
    await type(editor.document, old);
    assert(await editor.document.save());
    await vscode.commands.executeCommand('dnnsplit.planAgain', plan.toString());
    assert.equal(await read(plan), text, look.toldErrors().at(-1));
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), old);
    await editor.document.save();
  });

  it('is previewed as a page, and set beside another plan', async () => {
    const shown = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const told = look.toldErrors().length;
    await vscode.commands.executeCommand('dnnsplit.openPlanPreview', plan);
    await until('the preview', () => {
      const input = shown();
      return input instanceof vscode.TabInputCustom && input.viewType === 'dnnsplit.planPreview';
    });
    const other = inWorkspace('other.splitplan.json');
    await vscode.workspace.fs.copy(plan, other, { overwrite: true });
    // As the explorer passes two files that are selected.
    await vscode.commands.executeCommand('dnnsplit.comparePlans', plan, [plan, other]);
    await until('the comparison', () => shown() instanceof vscode.TabInputWebview);
    assert.deepEqual(look.toldErrors().slice(told), []);
    await vscode.workspace.fs.delete(other);
  });

  it('selects the tier and the link at the cursor in the graph and the tree', async () => {
    const tiers = look.snapshot(model.toString())?.plan?.tiers ?? [];
    await moveInto('tiers', 0);
    const { firstNodeId, lastNodeId } = tiers[0] ?? {};
    await until('the tier', () => look.selectedNodes().join() === [firstNodeId, lastNodeId].join());
    await moveInto('links', 0);
    await until('the link', () => look.selectedNodes().join() === lastNodeId);
  });

  it('shows the tier and the link that are selected elsewhere', async () => {
    const rows = section(look, 'plan').children;
    const lineOf = () => editor.document.lineAt(editor.selection.active.line + 1).text;
    look.select(rows.find(({ id }) => id === 'plan/tier/edge')?.nodeIds ?? []);
    await until('the second tier', () => /"id": "edge"/.test(lineOf()));
    look.select(rows.find(({ id }) => id === 'plan/link/0')?.nodeIds ?? []);
    await until('the first link', () => /"from": "device"/.test(lineOf()));
  });
});

describe('a configuration that is being typed', () => {
  afterEach(cleanUp);

  it('shows its problems at their place before it is saved, and tells none of them', async () => {
    const look = await analyzeSample();
    const told = look.toldErrors().length;
    const document = await vscode.workspace.openTextDocument(inWorkspace('dnnsplit.json'));
    const editor = await vscode.window.showTextDocument(document);
    const text = document.getText();
    const first = text.indexOf('{ "bandwidthMbps": 50');
    const end = text.indexOf('\n', first);
    await editor.edit((edit) => edit.delete(new vscode.Range(document.positionAt(first), document.positionAt(end))));
    const problem = await until('the problem', () =>
      vscode.languages.getDiagnostics(document.uri).find(({ source }) => source === 'DNNSplit'),
    );
    assert.match(problem.message, /3 tiers need 2 links/);
    assert.equal(problem.range.start.line, document.positionAt(text.indexOf('"links"')).line);
    assert.equal(look.toldErrors().length, told);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until('the problem to go', () =>
      vscode.languages.getDiagnostics(document.uri).every(({ source }) => source !== 'DNNSplit'),
    );
  });
});
