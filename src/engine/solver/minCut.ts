/**
 * Minimum s-t cut on typed arrays: push-relabel with highest-label selection, gaps and global relabeling (Cherkassky and
 * Goldberg, "On implementing the push-relabel method for the maximum flow problem", 1997). Only the first phase runs: a
 * maximum preflow is all that a minimum cut needs.
 */
export const SOURCE = 0;
export const SINK = 1;

/** Capacity of an arc that no finite cut contains. */
export const UNCUTTABLE = Number.POSITIVE_INFINITY;

/** Largest sum of finite capacities after scaling: integers up to here stay exact in a double, with room for one more bit. */
const totalAfterScaling = 2 ** 50;
const uncuttableAfterScaling = 2 ** 51;

/** What cuts are found with, one after the other: nothing in it holds from one to the next. */
class Space {
  readonly first: Int32Array;
  readonly label: Int32Array;
  readonly current: Int32Array;
  readonly excess: Float64Array;
  /** Stacks of active vertices by label, linked through `nextActive`. */
  readonly activeAt: Int32Array;
  readonly nextActive: Int32Array;
  /** Doubly linked lists of all vertices by label, for the gap rule. */
  readonly levelAt: Int32Array;
  readonly levelNext: Int32Array;
  readonly levelPrevious: Int32Array;
  /** Steps from each vertex to the sink, and vertices whose neighbors are looked at next. */
  readonly distance: Int32Array;
  readonly queue: Int32Array;
  readonly next: Int32Array;
  readonly head: Int32Array;
  readonly residual: Float64Array;

  constructor(
    readonly vertices: number,
    readonly arcs: number,
  ) {
    this.first = new Int32Array(vertices);
    this.label = new Int32Array(vertices);
    this.current = new Int32Array(vertices);
    this.excess = new Float64Array(vertices);
    this.activeAt = new Int32Array(vertices + 1);
    this.nextActive = new Int32Array(vertices);
    this.levelAt = new Int32Array(vertices + 1);
    this.levelNext = new Int32Array(vertices);
    this.levelPrevious = new Int32Array(vertices);
    this.distance = new Int32Array(vertices);
    this.queue = new Int32Array(vertices);
    this.next = new Int32Array(2 * arcs);
    this.head = new Int32Array(2 * arcs);
    this.residual = new Float64Array(2 * arcs);
  }
}

/** A large model is thousands of networks of a few vertices: making arrays for each took longer than the cut in it. */
const small = new Space(1024, 8192);

function spaceFor(vertices: number, arcs: number): Space {
  return vertices <= small.vertices && arcs <= small.arcs ? small : new Space(vertices, arcs);
}

/** Arcs that most networks have room in, one after the other. */
const fewArcs = arcRoom(small.arcs);

function arcRoom(arcs: number) {
  return { tails: new Int32Array(arcs), heads: new Int32Array(arcs), capacities: new Float64Array(arcs) };
}

/** Collects arcs; vertices are numbered from 2, after source and sink. Each list is solved before the next one is begun. */
export class ArcList {
  private room = fewArcs;
  private count = 0;

  /** An arc of non-negative capacity; arcs that can never matter are left out. */
  add(tail: number, head: number, capacity: number): void {
    if (tail === head || head === SOURCE || tail === SINK || capacity <= 0) return;
    if (this.count === this.room.tails.length) this.grow();
    const { tails, heads, capacities } = this.room;
    tails[this.count] = tail;
    heads[this.count] = head;
    capacities[this.count] = capacity;
    this.count += 1;
  }

  private grow(): void {
    const { tails, heads, capacities } = this.room;
    this.room = arcRoom(2 * this.count);
    this.room.tails.set(tails);
    this.room.heads.set(heads);
    this.room.capacities.set(capacities);
  }

  /**
   * Solves the cut.
   * @returns per vertex 1 on the source's side, which is as large as a minimum cut allows; nothing when every cut
   * contains an uncuttable arc
   */
  minCut(vertexCount: number): { sourceSide: Uint8Array } | undefined {
    const { tails, heads, capacities } = this.room;
    const network = new Network(vertexCount, this.count, tails, heads, capacities);
    return network.solve();
  }
}

class Network {
  private readonly space: Space;
  private highest = 0;
  private highestLevel = 0;
  private relabels = 0;

  constructor(
    private readonly vertexCount: number,
    arcCount: number,
    tails: Int32Array,
    heads: Int32Array,
    capacities: Float64Array,
  ) {
    this.space = spaceFor(vertexCount, arcCount);
    const { first, next, head, residual, excess } = this.space;
    first.fill(-1, 0, vertexCount);
    excess.fill(0, 0, vertexCount);
    const scale = scaleOf(capacities, arcCount);
    for (let arc = 0; arc < arcCount; arc += 1) {
      const from = tails[arc] ?? 0;
      const to = heads[arc] ?? 0;
      const capacity = capacities[arc] ?? 0;
      head[2 * arc] = to;
      residual[2 * arc] = Number.isFinite(capacity) ? Math.round(capacity * scale) : uncuttableAfterScaling;
      next[2 * arc] = first[from] ?? -1;
      first[from] = 2 * arc;
      head[2 * arc + 1] = from;
      residual[2 * arc + 1] = 0;
      next[2 * arc + 1] = first[to] ?? -1;
      first[to] = 2 * arc + 1;
    }
  }

  solve(): { sourceSide: Uint8Array } | undefined {
    if (!this.saturateSource()) return undefined;
    this.globalRelabel();
    for (let vertex = this.takeHighest(); vertex >= 0; vertex = this.takeHighest()) {
      this.discharge(vertex);
      if (this.relabels > this.vertexCount) this.globalRelabel();
    }
    const reachesSink = this.distancesToSink();
    const sourceSide = new Uint8Array(this.vertexCount);
    for (let vertex = 0; vertex < this.vertexCount; vertex += 1) {
      sourceSide[vertex] = (reachesSink[vertex] ?? 0) >= this.vertexCount ? 1 : 0;
    }
    return (this.space.excess[SINK] ?? 0) >= uncuttableAfterScaling ? undefined : { sourceSide };
  }

  /** Sends all that leaves the source; false when an uncuttable arc joins source and sink. */
  private saturateSource(): boolean {
    const { first, next, head, residual, excess } = this.space;
    for (let arc = first[SOURCE] ?? -1; arc >= 0; arc = next[arc] ?? -1) {
      const amount = residual[arc] ?? 0;
      const other = head[arc] ?? 0;
      if (amount >= uncuttableAfterScaling && other === SINK) return false;
      residual[arc] = 0;
      residual[arc ^ 1] = (residual[arc ^ 1] ?? 0) + amount;
      excess[other] = (excess[other] ?? 0) + amount;
    }
    return true;
  }

  private distancesToSink(): Int32Array {
    const { vertexCount } = this;
    const { first, next, head, residual, distance, queue } = this.space;
    distance.fill(vertexCount, 0, vertexCount);
    let tail = 0;
    distance[SINK] = 0;
    queue[tail++] = SINK;
    for (let at = 0; at < tail; at += 1) {
      const vertex = queue[at] ?? 0;
      for (let arc = first[vertex] ?? -1; arc >= 0; arc = next[arc] ?? -1) {
        const other = head[arc] ?? 0;
        if (other === SOURCE || (distance[other] ?? 0) < vertexCount || (residual[arc ^ 1] ?? 0) <= 0) continue;
        distance[other] = (distance[vertex] ?? 0) + 1;
        queue[tail++] = other;
      }
    }
    return distance;
  }

  private globalRelabel(): void {
    const { vertexCount } = this;
    const { first, label, current, excess, levelAt, activeAt } = this.space;
    const distance = this.distancesToSink();
    this.relabels = 0;
    levelAt.fill(-1, 0, vertexCount + 1);
    activeAt.fill(-1, 0, vertexCount + 1);
    this.highest = 0;
    this.highestLevel = 0;
    for (let vertex = 0; vertex < vertexCount; vertex += 1) {
      label[vertex] = distance[vertex] ?? vertexCount;
      current[vertex] = first[vertex] ?? -1;
    }
    for (let vertex = 2; vertex < vertexCount; vertex += 1) {
      this.enterLevel(vertex, label[vertex] ?? 0);
      if ((excess[vertex] ?? 0) > 0) this.activate(vertex);
    }
  }

  private activate(vertex: number): void {
    const { label, activeAt, nextActive } = this.space;
    const height = label[vertex] ?? 0;
    if (height >= this.vertexCount) return;
    nextActive[vertex] = activeAt[height] ?? -1;
    activeAt[height] = vertex;
    if (height > this.highest) this.highest = height;
  }

  private takeHighest(): number {
    const { label, activeAt, nextActive } = this.space;
    for (; this.highest >= 0; this.highest -= 1) {
      const vertex = activeAt[this.highest] ?? -1;
      if (vertex < 0) continue;
      activeAt[this.highest] = nextActive[vertex] ?? -1;
      // The gap rule lifts vertices without taking them from their stack.
      if ((label[vertex] ?? 0) === this.highest) return vertex;
    }
    return -1;
  }

  /** Pushes the excess of a vertex towards the sink until it is gone or the vertex cannot reach the sink. */
  private discharge(vertex: number): void {
    const { vertexCount } = this;
    const { first, next, excess, current } = this.space;
    let left = excess[vertex] ?? 0;
    let arc = current[vertex] ?? -1;
    while (left > 0) {
      if (arc < 0) {
        const height = this.relabel(vertex);
        if (height >= vertexCount) break;
        arc = first[vertex] ?? -1;
        continue;
      }
      left -= this.push(vertex, arc, left);
      if (left === 0) break;
      arc = next[arc] ?? -1;
    }
    excess[vertex] = left;
    current[vertex] = arc;
  }

  /** Pushes as much as goes down the arc to the next lower label. @returns the amount */
  private push(vertex: number, arc: number, available: number): number {
    const { head, residual, excess, label } = this.space;
    const other = head[arc] ?? 0;
    const room = residual[arc] ?? 0;
    if (room <= 0 || other === SOURCE || (label[vertex] ?? 0) !== (label[other] ?? 0) + 1) return 0;
    const amount = Math.min(available, room);
    residual[arc] = room - amount;
    residual[arc ^ 1] = (residual[arc ^ 1] ?? 0) + amount;
    if (other !== SINK && (excess[other] ?? 0) === 0) this.activate(other);
    excess[other] = (excess[other] ?? 0) + amount;
    return amount;
  }

  /** Lifts a vertex just above its lowest residual neighbor. @returns its new label */
  private relabel(vertex: number): number {
    const { vertexCount } = this;
    const { first, next, head, residual, label, levelAt } = this.space;
    this.relabels += 1;
    const old = label[vertex] ?? 0;
    let lowest = vertexCount;
    for (let arc = first[vertex] ?? -1; arc >= 0; arc = next[arc] ?? -1) {
      const other = head[arc] ?? 0;
      if ((residual[arc] ?? 0) > 0 && other !== SOURCE) lowest = Math.min(lowest, (label[other] ?? 0) + 1);
    }
    this.leaveLevel(vertex, old);
    this.enterLevel(vertex, lowest);
    if ((levelAt[old] ?? -1) < 0) this.liftAbove(old);
    return label[vertex] ?? vertexCount;
  }

  /** Gap rule: no vertex is left at `gap`, so none above it can reach the sink any more. */
  private liftAbove(gap: number): void {
    const { label, levelAt, levelNext } = this.space;
    for (let level = gap + 1; level <= this.highestLevel; level += 1) {
      for (let vertex = levelAt[level] ?? -1; vertex >= 0; vertex = levelNext[vertex] ?? -1) {
        label[vertex] = this.vertexCount;
      }
      levelAt[level] = -1;
    }
    this.highestLevel = gap;
  }

  private enterLevel(vertex: number, level: number): void {
    const { label, levelAt, levelNext, levelPrevious } = this.space;
    label[vertex] = level;
    if (level >= this.vertexCount) return;
    const follower = levelAt[level] ?? -1;
    levelNext[vertex] = follower;
    levelPrevious[vertex] = -1;
    if (follower >= 0) levelPrevious[follower] = vertex;
    levelAt[level] = vertex;
    if (level > this.highestLevel) this.highestLevel = level;
  }

  private leaveLevel(vertex: number, level: number): void {
    const { levelAt, levelNext, levelPrevious } = this.space;
    const follower = levelNext[vertex] ?? -1;
    const leader = levelPrevious[vertex] ?? -1;
    if (follower >= 0) levelPrevious[follower] = leader;
    if (leader >= 0) levelNext[leader] = follower;
    else levelAt[level] = follower;
  }
}

function scaleOf(capacities: Float64Array, arcCount: number): number {
  let total = 0;
  for (let arc = 0; arc < arcCount; arc += 1) {
    const capacity = capacities[arc] ?? 0;
    if (Number.isFinite(capacity)) total += capacity;
  }
  return total > 0 ? totalAfterScaling / total : 1;
}
