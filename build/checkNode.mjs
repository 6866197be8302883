/** Ends the process with one sentence on a Node that is too old. Imported first, and must run on any Node itself. */
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const fits = engines.node
  .split('||')
  .some((/** @type {string} */ range) => includes(range.trim(), process.versions.node));
if (!fits) {
  const needed = engines.node.replace(/\^(\d+)(\S+)/g, '$1$2 or later of $1').replace(/>=(\S+)/g, '$1 or later');
  process.stderr.write(
    `DNNSplit needs Node ${needed.replaceAll(' ||', ', or')}. This is ${process.versions.node}: install a newer one and run this again.\n`,
  );
  process.exit(1);
}

/**
 * Whether a range of the two forms that `engines` uses, `^20.19.0` and `>=22.12.0`, includes a version.
 * @param {string} range @param {string} version
 */
function includes(range, version) {
  const [least, actual] = [range.replace(/^\D+/, ''), version].map((text) => text.split('.').map(Number));
  if (least === undefined || actual === undefined) return true;
  if (range.startsWith('^') && actual[0] !== least[0]) return false;
  const at = least.findIndex((part, index) => part !== actual[index]);
  return at < 0 || (actual[at] ?? 0) > (least[at] ?? 0);
}
