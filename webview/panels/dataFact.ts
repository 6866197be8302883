import { nodeValueText } from '../../src/shared/reports/nodeData';
import type { State } from '../model/state';

/** What a file of node data says of the node at a place of the order. */
export function dataFact({ data }: State, place: number | undefined): (readonly [string, string])[] {
  const value = data?.values[place ?? -1] ?? null;
  return data === null || value === null ? [] : [[data.name, nodeValueText(value)]];
}
