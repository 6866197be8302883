import type { Command } from 'commander';
import { addRelayOptions } from '../../relay/serveCommand';

/** `dnnsplit serve CONTRACT`: the relay of one tier, until it is told to stop. */
export function addServe(program: Command): void {
  addRelayOptions(program.command('serve').description('Serve one tier of a split model (Open Inference Protocol v2)'));
}
