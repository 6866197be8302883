import type { InferenceSession } from 'onnxruntime-node';
import { say } from '../shared/messages/say';
import { runtimePackage } from '../shared/runtimePackage';
import { DnnSplitError } from '../shared/work/errors';
import type { Executor } from './executor';
import { fromOrt, toOrt } from './ortTensors';
import { Refusal } from './refusal';
import { installedRuntime, loadModule, runtimeFolderVariable } from './runtimeFolders';
import type { Tensor } from './tensor';

export type OnnxRuntime = typeof import('onnxruntime-node');

export interface OnnxRuntimeOptions {
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder: string | undefined;
  readonly threads: number;
  /** `disabled` gives bit-identical results to the whole model run the same way. */
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
}

/**
 * Loads the installed ONNX Runtime.
 * @param folder where a person has installed it, if not with this program
 * @throws DnnSplitError `missing-runtime` that says how to install it
 */
export function loadOnnxRuntime(folder: string | undefined): OnnxRuntime {
  const path = installedRuntime(folder);
  if (path === undefined) {
    throw new DnnSplitError(
      'missing-runtime',
      say('runtime.missing', { package: runtimePackage, variable: runtimeFolderVariable }),
    );
  }
  // The runtime reports to its maker unless it is told not to before it loads.
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  try {
    return loadModule(path) as OnnxRuntime;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new DnnSplitError('missing-runtime', say('runtime.broken', { path, reason }));
  }
}

/** An executor that runs the sub-model in this process. @throws DnnSplitError where the runtime or the model cannot be loaded */
export async function onnxRuntimeExecutor(modelPath: string, options: OnnxRuntimeOptions): Promise<Executor> {
  const ort = loadOnnxRuntime(options.runtimeFolder);
  const session = await createSession(ort, modelPath, options);
  return {
    letsInputsGo: true,
    isReady: async () => true,
    run: (inputs) => runSession(ort, session, inputs),
    close: () => session.release(),
  };
}

async function createSession(
  ort: OnnxRuntime,
  modelPath: string,
  options: OnnxRuntimeOptions,
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(modelPath, {
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: options.graphOptimization,
      logSeverityLevel: 3,
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new DnnSplitError('unreadable-model', say('runtime.cannotLoad', { path: modelPath, reason: detail }), {
      path: modelPath,
    });
  }
}

async function runSession(ort: OnnxRuntime, session: InferenceSession, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const feeds = Object.fromEntries(inputs.map((tensor) => [tensor.name, toOrt(ort, tensor)]));
  try {
    const results = await session.run(feeds);
    return session.outputNames.map((name) => {
      const result = results[name];
      if (result === undefined) throw new Refusal(500, say('runtime.noOutput', { name }));
      return fromOrt(name, result);
    });
  } catch (error) {
    if (Refusal.is(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const isInputFault = /invalid dimensions|invalid rank|INVALID_ARGUMENT|Unexpected input data type/i.test(message);
    throw new Refusal(isInputFault ? 400 : 500, say('runtime.failed', { reason: message.split('\n')[0] ?? '' }));
  }
}
