import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bandwidthAt, parseTrace, type Trace, traceOf } from '../../src/engine/planning/bandwidths/trace';
import { randomNumbers } from '../../src/runtime/randomInputs';
import type { AdaptiveContract } from '../../src/shared/documents/contract';
import { regimeAt } from '../../src/shared/vocabulary/policy';
import { type Bundled, bundlePrograms } from '../support/bundled';
import { sharedFolder } from '../support/shared';
import type { Outcome } from './followingChain';
import { namespacesMissing } from './namespaces';
import { answeredWithinMs, type SeparateChain, type SeparateDevice, startSeparateChain } from './separateChain';

const missing = namespacesMissing();
/** The figures are taken second by second and weigh each second alike, however many requests it holds. */
const windowS = 1;
const tickMs = 20;

/** Bandwidths on both sides of every border of the policy, each for a while. */
function stepped(): Trace {
  const random = randomNumbers(11);
  const levels = [40, 6, 1.2, 20, 4, 0.8, 30, 1.5];
  let seconds = 0;
  const steps = levels.map((mbps) => {
    const step = { seconds, mbps };
    seconds += 15 + 10 * random();
    return step;
  });
  return traceOf([...steps, { seconds, mbps: 8 }]);
}

/** Downlinks: an uplink of their kind has this part of them (UK, 2023: 2.0 of 5.9 and 7.6 of 29.5 Mbit/s; fixed, about half). */
const uplinks: readonly (readonly [file: string, part: number])[] = [
  ['norway-3g-train.csv', 2 / 5.9],
  ['norway-3g-bus.csv', 2 / 5.9],
  ['fcc-2016-broadband.csv', 0.5],
];

function traces(): (readonly [string, Trace])[] {
  const folder = join(sharedFolder ?? '', 'data/traces');
  const real = uplinks.flatMap(([file, part]) => {
    const path = join(folder, file);
    return existsSync(path) ? [[file, parseTrace(readFileSync(path, 'utf8'), part)] as const] : [];
  });
  return [['steps', stepped()], ...real];
}

/** Lets a device ask for a trace's time. */
async function drive(device: SeparateDevice, trace: Trace, startMs: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let seed = 0; performance.now() - startMs < trace.durationS * 1e3; seed += 1)
    outcomes.push(await device.infer(seed));
  return outcomes;
}

/** The mean latency of each window: of the requests that begin in it, or of the one that lasts through all of it. */
function windowMeans(outcomes: readonly Outcome[], startMs: number, durationS: number): number[] {
  return Array.from({ length: Math.floor(durationS / windowS) }, (_, window) => {
    const [fromMs, toMs] = [startMs + 1e3 * windowS * window, startMs + 1e3 * windowS * (window + 1)];
    const begun = outcomes.filter((one) => one.startMs >= fromMs && one.startMs < toMs);
    const counted = begun.length > 0 ? begun : outcomes.filter((one) => one.startMs < fromMs).slice(-1);
    return meanOf(counted.map(({ elapsedMs }) => elapsedMs));
  });
}

/** What of the mean is lost in windows in which another cut was taken than the one that turned out best. */
function lossByOtherCuts(
  [following = [], ...fixed]: readonly (readonly number[])[],
  outcomes: readonly Outcome[],
  { policy }: AdaptiveContract,
  startMs: number,
): number {
  const cuts = policy.links[0]?.borders.map(({ cut }) => cut) ?? [];
  const losses = following.map((ms, window) => {
    const ofCuts = fixed.map((means) => means[window] ?? 0);
    const least = Math.min(...ofCuts);
    const until = outcomes.filter((one) => one.startMs < startMs + 1e3 * windowS * (window + 1));
    return until.at(-1)?.cuts[0] === cuts[ofCuts.indexOf(least)] ? 0 : ms - least;
  });
  return meanOf(losses);
}

/** Whether different cuts are best at different times of a trace. */
function crosses({ steps }: Trace, { policy }: AdaptiveContract): boolean {
  const borders = policy.links[0]?.borders ?? [];
  return new Set(steps.map(({ mbps }) => borders[regimeAt(borders, mbps)]?.cut)).size > 1;
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.skipIf(missing !== undefined)(
  `tiers in network namespaces of their own, over TCP${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let bundled: Bundled;
    let chain: SeparateChain;
    beforeAll(async () => {
      bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
      chain = await startSeparateChain(bundled.program('relay'));
    });
    afterAll(async () => {
      await chain?.stop();
      await bundled?.remove();
    });

    it.each(traces())('follow their link as well as they should: %s', async (name, trace) => {
      const devices = [chain.following, ...chain.fixed];
      const startMs = performance.now();
      const shaping = setInterval(() => {
        const mbps = bandwidthAt(trace, (performance.now() - startMs) / 1e3);
        for (const { link } of devices) link.bandwidth = mbps;
      }, tickMs);
      const outcomes = await Promise.all(devices.map((device) => drive(device, trace, startMs)));
      clearInterval(shaping);
      const windows = outcomes.map((ofDevice) => windowMeans(ofDevice, startMs, trace.durationS));
      const [following = 0, ...fixed] = windows.map(meanOf);
      const [, ...ofFixed] = windows;
      const oracle = meanOf(
        (ofFixed[0] ?? []).map((_, window) => Math.min(...ofFixed.map((means) => means[window] ?? 0))),
      );
      const round = (value: number) => Math.round(value * 10) / 10;
      const otherCut = lossByOtherCuts(windows, outcomes[0] ?? [], chain.contract, startMs);
      const figures = { oracle, following, otherCut, best: Math.min(...fixed), fixed };
      const said = Object.entries(figures).map(([key, value]) => [key, [value].flat().map(round)]);
      process.stdout.write(
        `${name}: ${JSON.stringify(Object.fromEntries(said))} ms, ${outcomes[0]?.length} requests\n`,
      );
      expect(outcomes.flat().filter(({ status, isRight }) => status !== 200 || !isRight)).toEqual([]);
      expect(following).toBeLessThan(1.1 * oracle);
      expect(following).toBeLessThan((crosses(trace, chain.contract) ? 1 : 1.01) * figures.best);
    });

    it('answer by themselves within one time-out once the tier above is killed or its link is dead, and use both again', async () => {
      const { following: device } = chain;
      device.link.bandwidth = 30;
      const above = async () => {
        for (;;) {
          const outcome = await device.infer(1);
          expect(outcome).toMatchObject({ status: 200, isRight: true });
          if (outcome.cuts.length > 1) return;
        }
      };
      const alone = async () => {
        const outcome = await device.infer(2);
        expect(outcome).toMatchObject({ status: 200, isRight: true, cuts: [expect.any(String)] });
        expect(outcome.elapsedMs).toBeLessThan(answeredWithinMs);
        return outcome.elapsedMs;
      };
      await above();
      const running = device.infer(0);
      await chain.killEdge();
      expect(await running).toMatchObject({ status: 200, isRight: true });
      const killedMs = await alone();
      await chain.startEdge();
      await above();
      device.link.bandwidth = 0;
      const deadMs = [await alone(), await alone()];
      device.link.bandwidth = 30;
      await delay(1000);
      await above();
      process.stdout.write(`killed: ${Math.round(killedMs)} ms; link dead: ${deadMs.map(Math.round)} ms\n`);
    });
  },
);
