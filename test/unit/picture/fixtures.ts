import type { ElkEngine } from '../../../src/engine/picture/layout/elkEngine';

/** An engine that fails, as ELK does on a stack overflow. */
export const brokenElk: ElkEngine = {
  layout: () => Promise.reject(new RangeError('Maximum call stack size exceeded')),
};
