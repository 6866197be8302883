import { readFileSync, writeFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';

/** One event of a trace, as ONNX Runtime writes it. */
export interface Event {
  cat: string;
  name: string;
  dur: number;
  ts: number;
  args: Record<string, string>;
}

export function readEvents(tracePath: string): Event[] {
  return JSON.parse(readFileSync(tracePath, 'utf8'));
}

export function writeEvents(tracePath: string, events: readonly Event[]): void {
  writeFileSync(tracePath, `[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`);
}

/** A copy of a model whose main graph's nodes have other names. */
export function renameNodes(path: string, copyPath: string, rename: (name: string, op: string) => string): void {
  const model = onnx.ModelProto.decode(readFileSync(path));
  for (const node of model.graph?.node ?? []) node.name = rename(node.name ?? '', node.opType ?? '');
  writeFileSync(copyPath, onnx.ModelProto.encode(model).finish());
}

/** Events as ONNX Runtime would name them for such a copy. */
export function renameKernels(events: readonly Event[], rename: (name: string, op: string) => string): Event[] {
  return events.map((event) => {
    if (event.cat !== 'Node') return event;
    const op = event.args['op_name'] ?? '';
    const name = rename(event.name.replace(/_kernel_time$/, ''), op);
    return { ...event, name: `${name === '' ? `${op}_${event.args['node_index']}` : name}_kernel_time` };
  });
}
