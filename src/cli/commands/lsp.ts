import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Command } from 'commander';

/** `dnnsplit lsp`: the language server for editors other than VS Code, on standard input and output. */
export function addLsp(program: Command): void {
  program
    .command('lsp')
    .description(
      'Serve dnnsplit.json and plans to any editor, over the Language Server Protocol on standard input and output',
    )
    .option('--trusted', 'read files that documents name wherever they are, not in their own folder alone')
    .action(serveEditor);
}

/** The server is a program of its own beside this one; the library that it speaks through looks for `--stdio`. */
function serveEditor(): void {
  process.argv.push('--stdio');
  createRequire(__filename)(join(__dirname, 'server.js'));
}
