import { availableParallelism, cpus, hostname } from 'node:os';

/** What measured times are said to be of: the processor, or the machine where that has no name. */
export function machineName(): string {
  const model = cpus()[0]?.model.trim() ?? '';
  return model === '' || model === 'unknown' ? hostname() : `${model}, ${availableParallelism()} cores`;
}
