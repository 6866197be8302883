import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { artifacts, repository } from '../../test/vscode/driver/paths.mjs';
import { run } from '../../test/vscode/driver/run.mjs';

/**
 * Runs vitest and counts its tests. What failed, was skipped or passed at the second try only is printed, with the
 * reason for failures.
 * @param {string} name of the report file
 * @param {readonly string[]} args
 * @returns {Promise<import('./layers.mjs').Counts>}
 */
export async function vitestRun(name, args) {
  const report = join(artifacts, `${name}.json`);
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const { code, output } = await run(process.execPath, [vitest, 'run', ...args, ...reporters], { cwd: repository });
  if (code !== 0) process.stdout.write(`${output.slice(-20_000)}\n`);
  const result = JSON.parse(await readFile(report, 'utf8'));
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'skipped' || test.status === 'pending')
        process.stdout.write(`   skipped: ${test.fullName}\n`);
      if (test.status === 'passed' && test.meta?.triedBefore > 0)
        process.stdout.write(`   passed at the second try only: ${test.fullName}\n`);
      if (test.status === 'failed') process.stdout.write(`   failed: ${test.fullName}\n${reasons(test)}`);
    }
  }
  const brokenFiles = result.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = result.numFailedTests + brokenFiles.length;
  return {
    passed: result.numPassedTests,
    // An error outside of any test (an unhandled rejection) fails the run without failing a test.
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/**
 * Why a test failed, at each of its tries, without the places in the code: the whole of it stands above.
 * @param {{ failureMessages?: readonly string[] }} test
 */
function reasons({ failureMessages = [] }) {
  const lines = failureMessages.flatMap((message) =>
    message
      .split('\n')
      .filter((line) => !/^\s+at /.test(line))
      .slice(0, 20),
  );
  return lines.map((line) => `      ${line.slice(0, 400)}\n`).join('');
}
