import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import { runtimePackage } from '../../shared/runtimePackage';
import { DnnSplitError } from '../../shared/work/errors';

/**
 * Asks whether ONNX Runtime may be installed into the extension's own storage, and does it.
 * @returns false when a person decided against it
 * @throws DnnSplitError `missing-runtime` where npm is missing or fails, `canceled`
 */
export async function installRuntime(storage: vscode.Uri): Promise<boolean> {
  const install = vscode.l10n.t('Install');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Running models requires ONNX Runtime. Install it for DNNSplit only?'),
    { modal: true, detail: `npm install ${runtimePackage} --ignore-scripts\n${storage.fsPath}` },
    install,
  );
  if (answer !== install) return false;
  await vscode.workspace.fs.createDirectory(storage);
  // Without a manifest of its own, npm would install into a folder above.
  const manifest = vscode.Uri.joinPath(storage, 'package.json');
  await vscode.workspace.fs.writeFile(manifest, new TextEncoder().encode('{ "private": true }\n'));
  const title = vscode.l10n.t('Installing ONNX Runtime');
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, (_, cancellation) => runNpm(storage.fsPath, cancellation));
  return true;
}

/** Its CPU build is inside of the package; the script that is left out would download a CUDA library. */
const npmArguments = ['install', runtimePackage, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

function runNpm(folder: string, cancellation: vscode.CancellationToken): Promise<void> {
  return new Promise((done, fail) => {
    const npm = spawn('npm', npmArguments, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    });
    let detail = '';
    npm.stderr.setEncoding('utf8').on('data', (text: string) => {
      detail = (detail + text).slice(-4000);
    });
    const subscription = cancellation.onCancellationRequested(() => npm.kill());
    npm.once('error', () => {
      const message = vscode.l10n.t(
        'npm was not found. Install Node.js, or run this in {0}: {1}',
        folder,
        `npm ${npmArguments.join(' ')}`,
      );
      fail(new DnnSplitError('missing-runtime', message));
    });
    npm.once('close', (code) => {
      subscription.dispose();
      if (cancellation.isCancellationRequested) {
        fail(new DnnSplitError('canceled', vscode.l10n.t('Installation canceled.')));
      } else if (code === 0) {
        done();
      } else {
        const message = vscode.l10n.t("Could not install ONNX Runtime. See the log for npm's output.");
        fail(new DnnSplitError('missing-runtime', message, undefined, detail));
      }
    });
  });
}
