import type { OnnxGraph, OnnxNode } from '../model';
import type { SharedAttributes } from './attributeLists';
import type { NameStack } from './nameStack';
import type { WireReader } from './wireReader';

/**
 * Graphs hold nodes, nodes hold attributes, and attributes hold graphs; each reader reaches the next one through this.
 * Every function reads from the reader's position to `end`.
 */
export interface ReadContext {
  readonly wire: WireReader;
  readonly attributes: SharedAttributes;
  /** Names of the nodes that are being read, those of a node in a body after those of the node around it. */
  readonly inputs: NameStack;
  readonly outputs: NameStack;
  /** Graph whose nodes have ids that begin with `idPrefix`. */
  readonly readGraph: (end: number, depth: number, idPrefix: string) => OnnxGraph;
  readonly readNode: (start: number, end: number, depth: number, id: string) => OnnxNode;
}
