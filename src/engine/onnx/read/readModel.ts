import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { unwatched, type Work } from '../../../shared/work/work';
import type { ByteSource } from '../byteSource';
import type { DeviceConfiguration, OnnxFunction, OnnxGraph, OnnxModel } from '../model';
import type { ReadContext } from './context';
import { modelRule, takenField } from './messageRules';
import { messages, toNumber } from './protoMessages';
import { readDeviceConfiguration } from './readDevices';
import { readFunction } from './readFunction';
import { readGraph } from './readGraph';
import { normalizeDomain, readNode } from './readNode';
import { refuseOtherFormats } from './recognizeFormat';
import { describeOtherMessage } from './recognizeMessage';
import { decodeKept, walkMessage } from './walkMessage';
import { WireReader } from './wireReader';

/**
 * Reads everything of an ONNX model (IR 1 and later) but its weights: the file is walked once, and payloads over a few kB
 * are passed over unread, so the cost follows the graph and not the file's size.
 * @throws DnnSplitError `unreadable-model`, `truncated-model` or `unsupported-model` with the byte offset; `canceled`.
 */
export function readModel(source: ByteSource, work: Work = unwatched): OnnxModel {
  try {
    return readMessages(source, work);
  } catch (thrown) {
    const isUnreadable = DnnSplitError.is(thrown) && thrown.code === 'unreadable-model';
    const sentence = isUnreadable ? describeOtherMessage(source) : undefined;
    throw sentence === undefined ? thrown : new DnnSplitError('unreadable-model', sentence, { byteOffset: 0 });
  }
}

function readMessages(source: ByteSource, work: Work): OnnxModel {
  work.report(say('stage.reading', {}).text);
  const wire = new WireReader(source, work);
  refuseOtherFormats(wire);
  const context: ReadContext = {
    wire,
    readGraph: (end, depth, idPrefix) => readGraph(context, end, depth, idPrefix),
    readNode: (start, end, depth, id) => readNode(context, start, end, depth, id),
  };
  let graph: OnnxGraph | undefined;
  const functions: OnnxFunction[] = [];
  const functionKeys = new Set<string>();
  const deviceConfigurations: DeviceConfiguration[] = [];
  const runs = walkMessage(wire, modelRule, source.size, 0, (field, valueStart, valueEnd) => {
    wire.modelBegun = true;
    const { fieldStart } = wire;
    wire.position = valueStart;
    if (field === takenField.model.functions) {
      const read = readFunction(context, fieldStart, valueEnd, 1);
      const isRepeated = functionKeys.size === functionKeys.add(`${read.domain}:${read.name}:${read.overload}`).size;
      if (isRepeated) throw wire.malformed(say('damage.function', { name: read.name }), fieldStart);
      functions.push(read);
    } else if (field === takenField.model.deviceConfiguration) {
      deviceConfigurations.push(readDeviceConfiguration(wire, valueEnd, 1));
    } else {
      if (graph) throw wire.malformed(say('damage.secondGraph', {}), fieldStart);
      graph = context.readGraph(valueEnd, 1, '');
    }
  });
  const message = decodeKept(wire, modelRule, runs, (bytes) => messages.ModelProto.decode(bytes));
  if (!graph) {
    throw new DnnSplitError('unreadable-model', say('file.noGraph', {}), {
      byteOffset: 0,
    });
  }
  return {
    irVersion: toNumber(message.irVersion),
    producer: message.producerName,
    producerVersion: message.producerVersion,
    opsets: new Map(message.opsetImport.map((opset) => [normalizeDomain(opset.domain ?? ''), toNumber(opset.version)])),
    graph,
    functions,
    metadata: new Map(message.metadataProps.map(({ key, value }) => [key ?? '', value ?? ''])),
    deviceConfigurations,
    bytes: source.size,
    bytesRead: wire.bytesRead,
  };
}
