import { Argument, type Command } from 'commander';
import { type CompletionShell, completionScript, completionShells } from '../terminal/completionScript';
import { standardOutput } from '../terminal/output';

/**
 * `dnnsplit completion SHELL`: what makes a shell complete commands, options and their values.
 * @param addOthers adds the commands that are to be completed
 */
export function addCompletion(program: Command, addOthers: () => Promise<void>): void {
  program
    .command('completion')
    .description('Print what makes a shell complete commands, options and their values')
    .addArgument(new Argument('<shell>', 'your shell').choices(completionShells))
    .addHelpText('after', installHelp)
    .action(async (shell: CompletionShell) => {
      await addOthers();
      standardOutput.print(completionScript(shell, program));
    });
}

const installHelp = `
To install it:
  bash  dnnsplit completion bash > ~/.local/share/bash-completion/completions/dnnsplit
  zsh   dnnsplit completion zsh > "\${fpath[1]}/_dnnsplit"
  fish  dnnsplit completion fish > ~/.config/fish/completions/dnnsplit.fish`;
