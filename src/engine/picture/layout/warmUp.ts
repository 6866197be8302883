import type { ElkEngine } from './elkEngine';
import { layOutBlock } from './layOutBlock';

/**
 * Lays out a block as most models have one, a short path with a skip beside it: the first block of a process takes ELK
 * several times longer than those after it.
 */
export async function warmUp(elk: ElkEngine): Promise<void> {
  const edges = [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 3 },
    { from: 3, to: 5 },
    { from: 0, to: 4 },
    { from: 4, to: 5 },
    { from: 0, to: 5 },
  ];
  await layOutBlock({ widths: [104, 96, 96, 120, 96, 112], edges, hasEntry: true, hasExit: true }, elk);
}
