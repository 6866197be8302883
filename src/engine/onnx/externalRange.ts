import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { ByteRange, OnnxTensor } from './model';

/**
 * Where an external tensor lies in its file; without a stated length, as many bytes as its type and shape need.
 * @throws DnnSplitError `external-data` where that is not inside the file.
 */
export function externalRange(tensor: OnnxTensor, fileSize: number): ByteRange {
  const { payload } = tensor;
  if (payload.kind !== 'external') throw new RangeError(`tensor "${tensor.name}" is not external`);
  const length = payload.length ?? tensor.bytes ?? 0;
  if (payload.offset + length > fileSize) {
    throw new DnnSplitError(
      'external-data',
      say('model.externalRange', {
        tensor: tensor.name,
        from: payload.offset,
        to: payload.offset + length,
        location: payload.location,
        size: fileSize,
      }),
    );
  }
  return { offset: payload.offset, length };
}
