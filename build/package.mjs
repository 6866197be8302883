/** `npm run package`: builds for production and packs the extension as a .vsix. */
import './checkNode.mjs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './ensureInstalled.mjs';

/** What `npm run package -- --help` prints. */
const help = `npm run package -- [--repository https://...] [-o FILE]

  --repository ADDRESS  where the sources are published; links and pictures of the README lead there.
                        Without it they are left out, and the Marketplace shows no repository.
  -o, --output FILE     the .vsix to write (default: dnnsplit-VERSION.vsix)
`;

const values = parsed();
if (values === undefined) {
  process.exitCode = 2;
} else if (values.help) {
  process.stdout.write(help);
} else if (values.repository !== undefined && !/^https:\/\/\S+$/.test(values.repository)) {
  process.stderr.write('npm run package: --repository takes an address that begins with https://.\n');
  process.exitCode = 2;
} else {
  ensureInstalled();
  const { packageExtension } = await import('../test/vscode/driver/packageExtension.mjs');
  const say = (/** @type {string} */ line) => void process.stdout.write(line);
  await packageExtension({ repository: values.repository, output: resolve(values.output), say });
}

/** The options; nothing where they could not be read, which is said then. */
function parsed() {
  try {
    return parseArgs({
      options: {
        repository: { type: 'string' },
        output: { type: 'string', short: 'o', default: `dnnsplit-${process.env['npm_package_version'] ?? 'dev'}.vsix` },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. ');
    process.stderr.write(`npm run package: ${sentence}. Try: npm run package -- --help\n`);
    return undefined;
  }
}
