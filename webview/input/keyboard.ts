import type { SceneNode } from '../../src/shared/picture/scene';
import type { SceneModel } from '../model/sceneModel';

export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

export type GraphCommand =
  | { readonly kind: 'walk'; readonly step: Step }
  /** Cuts this link after the node. */
  | { readonly kind: 'cutLink'; readonly link: number }
  | {
      readonly kind:
        | 'activate'
        | 'fold'
        | 'open'
        | 'back'
        | 'cut'
        | 'zoomIn'
        | 'zoomOut'
        | 'fit'
        | 'search'
        | 'leave'
        | 'extend'
        | 'undo'
        | 'redo';
    };

const commandByKey: Readonly<Record<string, GraphCommand>> = {
  ArrowUp: { kind: 'walk', step: 'up' },
  ArrowDown: { kind: 'walk', step: 'down' },
  ArrowLeft: { kind: 'walk', step: 'left' },
  ArrowRight: { kind: 'walk', step: 'right' },
  Home: { kind: 'walk', step: 'first' },
  End: { kind: 'walk', step: 'last' },
  Enter: { kind: 'activate' },
  ' ': { kind: 'fold' },
  o: { kind: 'open' },
  O: { kind: 'open' },
  Backspace: { kind: 'back' },
  c: { kind: 'cut' },
  C: { kind: 'cut' },
  '+': { kind: 'zoomIn' },
  '=': { kind: 'zoomIn' },
  '-': { kind: 'zoomOut' },
  _: { kind: 'zoomOut' },
  '0': { kind: 'fit' },
  f: { kind: 'search' },
  F: { kind: 'search' },
  '/': { kind: 'search' },
  Escape: { kind: 'leave' },
};

/** What a key on the graph means; nothing for keys that belong to VS Code. */
export function commandForKey(event: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}): GraphCommand | undefined {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && !event.altKey && event.key.toLowerCase() === 'z') return { kind: event.shiftKey ? 'redo' : 'undo' };
  if (isCommand && !event.altKey && event.key.toLowerCase() === 'y') return { kind: 'redo' };
  if (isCommand || event.altKey) return undefined;
  if (event.key === 'Enter' && event.shiftKey) return { kind: 'extend' };
  if (/^[1-7]$/.test(event.key)) return { kind: 'cutLink', link: Number(event.key) - 1 };
  return Object.hasOwn(commandByKey, event.key) ? commandByKey[event.key] : undefined;
}

const middle = (node: SceneNode) => node.x + node.width / 2;

/** The end of an edge from `from` in a direction: the nearest in height, then the nearest aside. */
function alongEdge(model: SceneModel, from: number, direction: 'up' | 'down'): number | undefined {
  const { nodes, edges } = model.scene;
  const origin = nodes[from];
  if (origin === undefined) return undefined;
  const reached = (direction === 'down' ? model.outgoing : model.incoming)[from] ?? [];
  let best: number | undefined;
  let bestDistance = Infinity;
  for (const edgeIndex of reached) {
    const edge = edges[edgeIndex];
    const end = direction === 'down' ? edge?.to : edge?.from;
    const node = end === undefined ? undefined : nodes[end];
    if (end === undefined || node === undefined) continue;
    const distance = Math.abs(node.y - origin.y) + Math.abs(middle(node) - middle(origin)) / 100;
    if (distance < bestDistance) {
      best = end;
      bestDistance = distance;
    }
  }
  return best;
}

/** Nodes that share a producer or a consumer with `from`, without itself. */
function siblings(model: SceneModel, from: number): Set<number> {
  const { edges } = model.scene;
  const found = new Set<number>();
  for (const entering of model.incoming[from] ?? []) {
    for (const edge of model.outgoing[edges[entering]?.from ?? -1] ?? []) found.add(edges[edge]?.to ?? from);
  }
  for (const leaving of model.outgoing[from] ?? []) {
    for (const edge of model.incoming[edges[leaving]?.to ?? -1] ?? []) found.add(edges[edge]?.from ?? from);
  }
  found.delete(from);
  return found;
}

/** The sibling at one side that lies nearest in height, then nearest aside. */
function aside(model: SceneModel, from: number, direction: 'left' | 'right'): number | undefined {
  const { nodes } = model.scene;
  const origin = nodes[from];
  if (origin === undefined) return undefined;
  let best: number | undefined;
  let bestDistance = Infinity;
  for (const index of siblings(model, from)) {
    const node = nodes[index];
    if (node === undefined) continue;
    const dx = (middle(node) - middle(origin)) * (direction === 'left' ? -1 : 1);
    const distance = Math.abs(node.y - origin.y) + dx / 100;
    if (dx > 0 && distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}

/** The node that one step from `from` leads to; `from` itself where there is none that way. Without a start, the first. */
export function walk(model: SceneModel, from: number | undefined, step: Step): number | undefined {
  if (from === undefined || step === 'first') return model.byHeight[0];
  if (step === 'last') return model.byHeight.at(-1);
  const next = step === 'up' || step === 'down' ? alongEdge(model, from, step) : aside(model, from, step);
  return next ?? from;
}
