import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/** Seconds that a step of a test may take in a slow VS Code. */
const patienceMs = 60_000;

/** The workbench drops an edit or a save now and then; the run names what passed at the second try only. */
const retries = 1;

/**
 * Runs mocha tests inside the extension host, with a report where the caller looks for one.
 * @param load defines the tests
 * @throws with the text of all failures when a test failed
 */
export async function runMocha(load: () => Promise<void>): Promise<void> {
  const report = process.env['DNNSPLIT_MOCHA_REPORT'] ?? join(__dirname, 'report.json');
  mkdirSync(dirname(report), { recursive: true });
  const options = {
    ui: 'bdd',
    timeout: patienceMs,
    retries,
    reporter: 'json',
    reporterOptions: { output: report },
  } as const;
  const mocha = new Mocha(options);
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  // In a browser documents are saved by themselves a second after a change, which tests decide on their own.
  await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Global);
  const failures: string[] = [];
  await new Promise<void>((done) => {
    mocha
      .run(() => done())
      .on('fail', (test, error: Error) => failures.push(`${test.fullTitle()}\n${error.stack ?? error.message}`));
  });
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}
