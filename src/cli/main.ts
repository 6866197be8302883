/** `dnnsplit`: the engine from a terminal and in CI. */
import { Command } from 'commander';
import { productVersion } from '../shared/version';
import type { AddCommand } from './otherCommands';
import { exitCodesHelp } from './terminal/exitCode';
import { endInWords, tellFailure } from './terminal/failures';

const program = new Command('dnnsplit')
  .description('Find where an ONNX model can be cut between device, edge and cloud, and what each cut costs.')
  .version(productVersion)
  .showHelpAfterError('Use --help to list the options.')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'dnnsplit: ')) })
  .addHelpText('afterAll', exitCodesHelp)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

/** Commands by name, the named one among them: `analyze` needs little of what the others load. */
async function commandsWith(name: string | undefined): Promise<ReadonlyMap<string, AddCommand>> {
  const { addAnalyze } = await import('./commands/analyze');
  const quickest = ['analyze', addAnalyze] as const;
  if (name === 'analyze') return new Map([quickest]);
  const { otherCommands } = await import('./otherCommands');
  return new Map([quickest, ...otherCommands(addMissing)]);
}

/** Adds the commands that the program does not have yet. */
async function addMissing(): Promise<void> {
  const known = new Set(program.commands.map((command) => command.name()));
  for (const [name, add] of await commandsWith(undefined)) if (!known.has(name)) await add(program);
}

/** What asks for the version, which no command adds to. */
const versionFlags: ReadonlySet<string | undefined> = new Set(['--version', '-V']);

/** Runs the command that the arguments name; the others are not needed then, and adding them takes time. */
async function main(): Promise<void> {
  const name = process.argv[2];
  if (!versionFlags.has(name)) {
    const commands = await commandsWith(name);
    const named = commands.get(name ?? '');
    for (const add of named === undefined ? commands.values() : [named]) await add(program);
  }
  await program.parseAsync();
}

endInWords();
main().catch(tellFailure);
