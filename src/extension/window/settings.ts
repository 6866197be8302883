import * as vscode from 'vscode';

/** Whether the graph opens with repeated blocks folded. */
export function foldRepeats(scope: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('dnnsplit', scope).get('graph.foldRepeats', true);
}

/** The objective of models that no `dnnsplit.json` applies to; nothing leaves it to the built-in default. */
export function defaultObjective(scope: vscode.Uri): string | undefined {
  const objective = vscode.workspace.getConfiguration('dnnsplit', scope).get('plan.defaultObjective', 'latency');
  return objective === 'latency' ? undefined : objective;
}
