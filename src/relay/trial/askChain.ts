import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { Ending } from '../../runtime/ending';
import { unhurriedCall } from '../../runtime/executor';
import type { Tensor } from '../../runtime/tensor';
import { InferenceClient } from '../execution/inferenceClient';
import { timingParameter } from '../inference/travelling';

/** Where the time of one request went, in milliseconds. */
export interface RequestTimes {
  readonly latencyMs: number;
  /** Computing, from the device upwards. */
  readonly tiersMs: readonly number[];
  /** On each link, both ways, with all that relays do for it. */
  readonly linksMs: readonly number[];
  /** Between whoever asks and the first tier. */
  readonly callerMs: number;
}

export interface RateTimes {
  readonly latenciesMs: readonly number[];
  readonly failed: number;
  readonly answeredPerSecond: number;
}

const timingsSchema = z.array(
  z.looseObject({ computeMs: z.number(), queueMs: z.number().default(0), upstreamMs: z.number().default(0) }),
);

/** A client of the first tier that looks at where time goes. */
export class ChainClient {
  private readonly client: InferenceClient;
  private readonly ending: Ending;

  constructor(
    port: number,
    modelName: string,
    private readonly signal: AbortSignal,
  ) {
    this.ending = Ending.with(signal);
    const limits = { connectTimeoutMs: 3000, maxBodyBytes: 1e9, retries: 0 };
    const address = `http://127.0.0.1:${port}`;
    this.client = new InferenceClient({ address, modelName, title: 'The first tier', ...limits });
  }

  /** @throws Refusal as `InferenceClient.infer` */
  async ask(inputs: readonly Tensor[]): Promise<RequestTimes> {
    const start = performance.now();
    const { parameters } = await this.client.infer(inputs, {
      ...unhurriedCall,
      ending: this.ending,
      wantsTiming: true,
    });
    const latencyMs = performance.now() - start;
    const timings = timingsSchema.parse(parameters[timingParameter]);
    const withinMs = timings.map(({ computeMs, queueMs, upstreamMs }) => computeMs + queueMs + upstreamMs);
    return {
      latencyMs,
      tiersMs: timings.map(({ computeMs }) => computeMs),
      linksMs: timings.slice(0, -1).map(({ upstreamMs }, k) => Math.max(0, upstreamMs - (withinMs[k + 1] ?? 0))),
      callerMs: Math.max(0, latencyMs - (withinMs[0] ?? 0)),
    };
  }

  /** Sends requests at a rate, whether earlier ones are answered or not. */
  async askAtRate(inputs: readonly Tensor[], requests: number, perSecond: number): Promise<RateTimes> {
    const start = performance.now();
    const latenciesMs: number[] = [];
    let failed = 0;
    let lastMs = start;
    const one = async (index: number) => {
      await delay(Math.max(0, start + (1000 * index) / perSecond - performance.now()), undefined, {
        signal: this.signal,
      });
      try {
        latenciesMs.push((await this.ask(inputs)).latencyMs);
        lastMs = performance.now();
      } catch {
        failed += 1;
      }
    };
    await Promise.all(Array.from({ length: requests }, (_, index) => one(index)));
    return { latenciesMs, failed, answeredPerSecond: (1000 * latenciesMs.length) / Math.max(1, lastMs - start) };
  }

  close(): void {
    this.client.close();
  }
}
