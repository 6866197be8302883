import type { Command } from 'commander';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

interface McpOptions {
  readonly root: readonly string[];
  readonly allowWrite: readonly string[];
}

/** `dnnsplit mcp`: the tools of assistants over the Model Context Protocol on standard input and output. */
export function addMcp(program: Command): void {
  program
    .command('mcp')
    .description(
      'Serve analysis and planning to assistants, over the Model Context Protocol on standard input and output',
    )
    .option('--root <folder>', 'folder whose models may be read (repeatable, required)', collected, [])
    .option('--allow-write <folder>', 'folder in which new plans may be written (repeatable)', collected, [])
    .action((options: McpOptions) => mcp(options));
}

function collected(folder: string, before: readonly string[]): string[] {
  return [...before, folder];
}

async function mcp({ root, allowWrite }: McpOptions): Promise<void> {
  if (root.length === 0) throw new DnnSplitError('bad-usage', say('assistant.noRoot', {}));
  const { Places } = await import('../../app/assistant/places');
  const { serveMcp } = await import('../terminal/mcpServer');
  await serveMcp(new Places(root, allowWrite), process.stdin, process.stdout);
}
