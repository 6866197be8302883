import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { unwatched, type Work } from '../../../shared/work/work';
import type { ByteSource } from '../byteSource';
import type { DeviceConfiguration, OnnxFunction, OnnxGraph, OnnxModel } from '../model';
import { SharedAttributes } from './attributeLists';
import type { ReadContext } from './context';
import { beginMessage, enterMessage, integerValue, textValue } from './fieldValues';
import { NameStack } from './nameStack';
import { readDeviceConfiguration } from './readDevices';
import { readEntry } from './readEntry';
import { readFunction } from './readFunction';
import { readGraph } from './readGraph';
import { readNode } from './readNode';
import { readOpset } from './readOpset';
import { refuseOtherFormats } from './recognizeFormat';
import { describeOtherMessage } from './recognizeMessage';
import { WireReader } from './wireReader';

/** Field numbers of ModelProto (onnx.proto). */
const modelField = {
  irVersion: 1,
  producer: 2,
  producerVersion: 3,
  graph: 7,
  opset: 8,
  metadata: 14,
  function: 25,
  deviceConfiguration: 26,
} as const;

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
    attributes: new SharedAttributes(),
    inputs: new NameStack(),
    outputs: new NameStack(),
    readGraph: (end, depth, idPrefix) => readGraph(context, end, depth, idPrefix),
    readNode: (start, end, depth, id) => readNode(context, start, end, depth, id),
  };
  const message = 'ModelProto';
  let irVersion = 0;
  let producer = '';
  let producerVersion = '';
  let graph: OnnxGraph | undefined;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: OnnxFunction[] = [];
  const functionKeys = new Set<string>();
  const deviceConfigurations: DeviceConfiguration[] = [];
  beginMessage(wire, message, source.size, 0);
  while (wire.nextField(source.size, message)) {
    const { fieldStart, valueEnd } = wire;
    switch (wire.field) {
      case modelField.irVersion:
        irVersion = integerValue(wire, message);
        break;
      case modelField.producer:
        producer = textValue(wire, message);
        break;
      case modelField.producerVersion:
        producerVersion = textValue(wire, message);
        break;
      case modelField.opset:
        readOpset(wire, enterMessage(wire, message), 1, opsets);
        break;
      case modelField.metadata: {
        const { key, value } = readEntry(wire, enterMessage(wire, message), 1);
        metadata.set(key, value);
        break;
      }
      case modelField.graph:
        enterPart(wire, message);
        if (graph) throw wire.malformed(say('damage.secondGraph', {}), fieldStart);
        graph = context.readGraph(valueEnd, 1, '');
        break;
      case modelField.function: {
        enterPart(wire, message);
        const read = readFunction(context, fieldStart, valueEnd, 1);
        const isRepeated = functionKeys.size === functionKeys.add(`${read.domain}:${read.name}:${read.overload}`).size;
        if (isRepeated) throw wire.malformed(say('damage.function', { name: read.name }), fieldStart);
        functions.push(read);
        break;
      }
      case modelField.deviceConfiguration:
        enterPart(wire, message);
        deviceConfigurations.push(readDeviceConfiguration(wire, valueEnd, 1));
        break;
      default:
        continue;
    }
    wire.modelBegun = true;
    wire.position = valueEnd;
  }
  if (!graph) {
    throw new DnnSplitError('unreadable-model', say('file.noGraph', {}), {
      byteOffset: 0,
    });
  }
  return {
    irVersion,
    producer,
    producerVersion,
    opsets,
    graph,
    functions,
    metadata,
    deviceConfigurations,
    bytes: source.size,
    bytesRead: wire.bytesRead,
  };
}

/** Enters a part that only models have, such as their graph. */
function enterPart(wire: WireReader, message: string): void {
  enterMessage(wire, message);
  wire.modelBegun = true;
}
