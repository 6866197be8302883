import * as z from 'zod';
import type { Executor } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { ContractBlock } from '../../shared/documents/contract';
import { checkReturned } from '../inference/fit';
import { protocolParametersOf } from '../inference/sequence';
import type { TensorServer } from './tensorServer';

const title = 'The engine of this tier';

/** Names the engine in errors. */
export const engineTitle = title;

/** As far as it matters what the engine lists as inputs of the model. */
const listedInputs = z.object({ inputs: z.array(z.object({ name: z.string() })) });

/**
 * An executor that hands the sub-model's inputs to a running engine: Triton, OpenVINO Model Server, KServe, MLServer.
 * Tensors without dimensions travel as one element, which is what inference servers want. State that the engine does not
 * list as an input is kept by the engine itself (Triton's implicit state): it hears which session a request belongs to.
 */
export function remoteEngineExecutor(
  client: TensorServer,
  { inputs: wanted, outputs: promised, state = [] }: Pick<ContractBlock, 'inputs' | 'outputs' | 'state'>,
): Executor {
  const scalars = new Set([...wanted, ...promised].filter(({ shape }) => shape?.length === 0).map(({ name }) => name));
  const withShape = (tensors: readonly Tensor[], shape: readonly number[]) =>
    tensors.map((tensor) => (scalars.has(tensor.name) ? { ...tensor, shape } : tensor));
  let kept: Promise<ReadonlySet<string>> | undefined;
  const keptThere = () => {
    kept ??= statesKeptBy(client, wanted, state).catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
  return {
    isReady: () => client.isReady(),
    run: async (inputs, call) => {
      const elsewhere = state.length === 0 ? new Set<string>() : await keptThere();
      const sent = inputs.filter(({ name }) => !elsewhere.has(name));
      const within = { ...call, wantsTiming: false };
      const isSequence = elsewhere.size > 0 && call.sequence !== undefined;
      const settings = isSequence ? { parameters: protocolParametersOf(call.sequence) } : {};
      const { outputs } = await client.infer(withShape(sent, [1]), within, settings);
      const made = promised.filter(
        ({ name }) => !state.some(({ input, output }) => output === name && elsewhere.has(input)),
      );
      return checkReturned(title, made, withShape(outputs, []));
    },
    ...(state.length > 0 && { keeps: async (input: string) => (await keptThere()).has(input) }),
    close: async () => client.close(),
  };
}

async function statesKeptBy(
  client: TensorServer,
  wanted: ContractBlock['inputs'],
  state: NonNullable<ContractBlock['state']>,
): Promise<ReadonlySet<string>> {
  const described = await client.describe().catch((error: unknown) => {
    throw new Refusal(502, `${title} does not say what it takes: ${error instanceof Error ? error.message : error}.`);
  });
  const listed = listedInputs.safeParse(described.metadata);
  const names = new Set(listed.data?.inputs.map(({ name }) => name));
  const isState = new Set(state.map(({ input }) => input));
  // A server that does not list what it certainly takes gets everything.
  if (!wanted.every(({ name }) => isState.has(name) || names.has(name))) return new Set();
  return new Set([...isState].filter((name) => !names.has(name)));
}
