/** What models of one odd kind take when they are four times as large: nothing may take sixteen times as much. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { usageOfNode } from './childUsage.mjs';
import { root } from './loadProduct.mjs';
import { figure, spread } from './statistics.mjs';
import { growingModels, writeGrowing } from './writeGrowingModels.mjs';

/** Times that the size may make CPU grow beyond the size itself: collecting garbage grows a little faster than the graph. */
const slack = 1.5;
/** What half a million nodes may take. */
const mostMemoryMB = 1000;

/** @param {import('./sections.mjs').Bench} bench */
export async function growth({ folder, rounds, say }) {
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) return say('  left out: there is no dist/cli.js; run `npm run build` first');
  for (const { kind, sizes, draw } of growingModels) {
    const [small, large] = sizes.map((size) => {
      const path = join(folder, `growing-${size}.onnx`);
      writeGrowing(path, draw, size);
      const usages = Array.from({ length: rounds }, () => usageOfNode([cli, 'analyze', path, '--json']));
      rmSync(path);
      return {
        size,
        cpuMs: spread(usages.map((usage) => usage.cpuMs)).median,
        memoryMB: spread(usages.map((usage) => usage.mostMemoryMB)).median,
      };
    });
    if (small === undefined || large === undefined) continue;
    const figures = [small, large].map(
      ({ size, cpuMs, memoryMB }) =>
        `${size.toLocaleString('en')}: CPU ${figure(cpuMs)} ms, memory ${figure(memoryMB)} MB`,
    );
    say(`  ${kind.padEnd(30)} ${figures.join('; ')}`);
    const [times, sizeTimes] = [large.cpuMs / small.cpuMs, large.size / small.size];
    const isKept = times <= slack * sizeTimes && large.memoryMB <= mostMemoryMB;
    const verdict = isKept ? 'kept' : 'MISSED';
    say(
      `  target ${verdict}: ${figure(times)} times the CPU for ${figure(sizeTimes)} times the size, at most ${figure(slack * sizeTimes)}, and at most ${mostMemoryMB} MB`,
    );
  }
}
