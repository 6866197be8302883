import { DnnSplitError } from '../../shared/work/errors';
import type { CommandContext } from './context';

/** Does what needs ONNX Runtime, after it was installed where it is missing; nothing where a person decides against that. */
export async function withRuntime<Result>(
  { storageUri }: CommandContext,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await run();
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'missing-runtime')) throw thrown;
    const { installRuntime } = await import('./installRuntime');
    return (await installRuntime(storageUri)) ? await run() : undefined;
  }
}
