import { parseArgs } from 'node:util';

/** What `npm start -- --help` prints. */
const help = `npm start -- [--web] [--port N] [--no-open]

  --web      the VS Code from npm in a browser, even where a desktop VS Code is installed
  --port N   port of that VS Code (default: 8123)
  --no-open  only print the address
`;

/**
 * What `npm start` is told. Prints the help or one sentence and ends the process where that is all there is to do.
 * @param {string[]} args
 */
export function startOptions(args) {
  const { web, port, 'no-open': noOpen, ...rest } = parsed(args);
  if (rest.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    refuse(`--port takes a whole number from 1 to 65535, not "${port}".`);
  }
  return { web, port: number, noOpen };
}

/** Ends the process with one sentence. @param {string} message @returns {never} */
export function refuse(message) {
  process.stderr.write(`npm start: ${message}\n`);
  process.exit(2);
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        web: { type: 'boolean', default: false },
        port: { type: 'string', default: '8123' },
        'no-open': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. ');
    return refuse(`${sentence}. Try: npm start -- --help`);
  }
}
