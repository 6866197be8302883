import type { DeviceConfiguration, NodeStage } from '../model';
import { beginMessage, integerValue, textValue } from './fieldValues';
import type { WireReader } from './wireReader';

/** Field numbers of NodeDeviceConfigurationProto; its sharding of tensors is passed over. */
const nodeField = { configuration: 1, stage: 3 } as const;
/** Field numbers of DeviceConfigurationProto. */
const modelField = { name: 1, device: 3 } as const;

/** Reads the NodeDeviceConfigurationProto from the reader's position to `end`; nothing where it has no pipeline stage. */
export function readNodeStage(wire: WireReader, end: number, depth: number): NodeStage | undefined {
  const message = 'NodeDeviceConfigurationProto';
  beginMessage(wire, message, end, depth);
  let configuration = '';
  let stage: number | undefined;
  while (wire.nextField(end, message)) {
    if (wire.field === nodeField.configuration) configuration = textValue(wire, message);
    else if (wire.field === nodeField.stage) stage = integerValue(wire, message);
  }
  return stage === undefined ? undefined : { configuration, stage };
}

/** Reads the DeviceConfigurationProto from the reader's position to `end`. */
export function readDeviceConfiguration(wire: WireReader, end: number, depth: number): DeviceConfiguration {
  const message = 'DeviceConfigurationProto';
  beginMessage(wire, message, end, depth);
  let name = '';
  const devices: string[] = [];
  while (wire.nextField(end, message)) {
    if (wire.field === modelField.name) name = textValue(wire, message);
    else if (wire.field === modelField.device) devices.push(textValue(wire, message));
  }
  return { name, devices };
}
