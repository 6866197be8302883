import type { Command } from 'commander';

/** `dnnsplit serve CONTRACT`: the relay of one tier, until it is told to stop. */
export async function addServe(program: Command): Promise<void> {
  const { addRelayOptions } = await import('../../relay/serveCommand');
  addRelayOptions(
    program
      .command('serve')
      .description(
        'Serve one tier of a split model over the Open Inference Protocol v2 (needs ONNX Runtime or --engine)',
      ),
  );
}
