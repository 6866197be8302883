import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DnnSplitError } from '../../protocol/errors';

export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * Loads onnxruntime-node from the first folder that has it.
 * @throws DnnSplitError `file-system` that says how to install it, or that it does not fit to this system
 */
export function loadRuntime(folders: readonly string[]): OnnxRuntime {
  // Since 1.29 it sends names and hashes of models to its maker unless this is set before it is loaded.
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  for (const folder of folders) {
    const require = createRequire(join(folder, 'index.js'));
    let path: string;
    try {
      path = require.resolve('onnxruntime-node');
    } catch {
      // Not there; the next folder may have it.
      continue;
    }
    try {
      return require(path);
    } catch (thrown) {
      const reason = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
      throw new DnnSplitError('file-system', `ONNX Runtime at ${path} cannot be loaded on this system: ${reason}`);
    }
  }
  throw new DnnSplitError(
    'file-system',
    'ONNX Runtime is not installed: run `npm install --ignore-scripts onnxruntime-node` in this folder, which leaves its CUDA download out.',
  );
}
