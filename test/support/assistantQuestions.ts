import assert from 'node:assert/strict';

interface Tensor {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly bytes: number;
}
interface Compared {
  readonly present: number | string;
  readonly changed: number | string;
}
interface Planned {
  readonly advice: string;
  readonly configuration: string;
  readonly latencyMs: number;
  readonly costPerRequest: number | string;
  readonly gapPercent: number;
  readonly tiers: readonly {
    readonly id: string;
    readonly nodes: number;
    readonly weightBytes: number;
    readonly computeMs: number;
    readonly measuredNodes: number;
    readonly lastNode?: string;
  }[];
  readonly links: readonly {
    readonly bandwidthMbps: number;
    readonly bytes: number;
    readonly transferMs: number;
    readonly answerBackMs?: number;
    readonly tensors: readonly string[];
  }[];
  readonly singleTiers: readonly {
    readonly strategy: string;
    readonly latencyMs: number;
    readonly costPerRequest: number | string;
  }[];
}

/** What the tools answer with, by their names. */
interface Answers {
  readonly analyze_model: {
    readonly nodes: number;
    readonly macs: number;
    readonly weightBytes: number;
    readonly inputs: readonly Tensor[];
    readonly outputs: readonly Tensor[];
    readonly assumedSizes?: string;
    readonly openDimensions: readonly string[];
    readonly candidates: readonly { readonly after: string; readonly bytes: number; readonly macsBefore: number }[];
    readonly error?: { readonly code: string; readonly message: string };
  };
  readonly plan_split: Planned;
  readonly explain_candidate: {
    readonly after: string;
    readonly isCandidate: boolean;
    readonly crossing: readonly Tensor[];
    readonly latencyMs: Compared;
    readonly throughputPerSecond: Compared;
    readonly why: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
  readonly try_change: { readonly latencyMs: Compared; readonly costPerRequest: Compared; readonly plan: Planned };
}

/** Calls a tool and gives its answer, read as JSON. */
export type Ask = <Tool extends keyof Answers>(
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
) => Promise<Answers[Tool]>;

/** Asks each thing once: what is read from an answer for one question is in it for the next one too. */
export function remembering(ask: Ask): Ask {
  const answers = new Map<string, Promise<Answers[keyof Answers]>>();
  return <Tool extends keyof Answers>(tool: Tool, input: Readonly<Record<string, unknown>>) => {
    const key = JSON.stringify([tool, input]);
    const answer = (answers.get(key) ?? ask(tool, input)) as Promise<Answers[Tool]>;
    answers.set(key, answer);
    return answer;
  };
}

/** Absolute paths of the models that are asked about: two of the sample workspace under its configuration, and a dynamic one. */
export interface AskedModels {
  readonly mobilenet: string;
  readonly resnet: string;
  readonly dynamic: string;
  /** Outside of what may be read. */
  readonly outside: string;
}

export interface Question {
  readonly text: string;
  /** Finds the answer in what tools say, and holds it against what is known otherwise. */
  readonly check: (ask: Ask, models: AskedModels) => Promise<void>;
}

/** The links of the sample workspace. */
const [bandwidthMbps, linkLatencyMs] = [50, 2];

const close = (actual: unknown, expected: number, share = 0.01): void => {
  assert(typeof actual === 'number', `${String(actual)} is no number`);
  assert(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual} is not about ${expected}`);
};
const product = (shape: readonly (number | string)[]): number =>
  shape.reduce<number>((all, dim) => all * Number(dim), 1);
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const single = ({ singleTiers }: Planned, tier: string) => {
  const found = singleTiers.find(({ strategy }) => strategy === `single:${tier}`);
  assert(found, `nothing is said of ${tier} alone`);
  return found;
};

/**
 * What a person may ask an assistant about splitting models. What is expected comes from the papers that the models are
 * from, from arithmetic on what tensors are, from the sample's configuration, or from another answer that it must fit.
 */
export const questions: readonly Question[] = [
  {
    text: 'How many classes does MobileNetV2 tell apart?',
    check: async (ask, { mobilenet }) => {
      const { outputs } = await ask('analyze_model', { model: mobilenet });
      assert.equal(outputs[0]?.shape.at(-1), 1000);
    },
  },
  {
    text: 'What image does it take?',
    check: async (ask, { mobilenet }) => {
      const { inputs } = await ask('analyze_model', { model: mobilenet });
      assert.deepEqual(inputs[0]?.shape, [1, 3, 224, 224]);
    },
  },
  {
    text: 'How many bytes is that?',
    check: async (ask, { mobilenet }) => {
      const { inputs } = await ask('analyze_model', { model: mobilenet });
      assert.equal(inputs[0]?.bytes, 4 * product(inputs[0]?.shape ?? []));
    },
  },
  {
    text: 'How many multiplications does one image take?',
    check: async (ask, { mobilenet }) => close((await ask('analyze_model', { model: mobilenet })).macs, 300e6),
  },
  {
    text: 'How many weights does it have?',
    check: async (ask, { mobilenet }) =>
      close((await ask('analyze_model', { model: mobilenet })).weightBytes / 4, 3.5e6, 0.03),
  },
  {
    text: 'How many weights does ResNet-152 have?',
    check: async (ask, { resnet }) =>
      close((await ask('analyze_model', { model: resnet })).weightBytes / 4, 60.2e6, 0.02),
  },
  {
    text: 'How much more work is ResNet-152?',
    check: async (ask, { mobilenet, resnet }) => {
      const [small, large] = [
        await ask('analyze_model', { model: mobilenet }),
        await ask('analyze_model', { model: resnet }),
      ];
      close(large.macs / small.macs, 11.3e9 / 300e6, 0.05);
    },
  },
  {
    text: 'After which node does less than a tenth of the image have to be sent for the first time?',
    check: async (ask, { mobilenet }) => {
      const { candidates, inputs } = await ask('analyze_model', { model: mobilenet });
      const first = candidates.find(({ bytes }) => bytes < (inputs[0]?.bytes ?? 0) / 10);
      assert.equal(first?.after, 'block_6_project');
    },
  },
  {
    text: 'How much of the work is done by then?',
    check: async (ask, { mobilenet }) => {
      const { candidates, macs } = await ask('analyze_model', { model: mobilenet });
      const done = candidates.find(({ after }) => after === 'block_6_project')?.macsBefore ?? 0;
      assert(done > 0.3 * macs && done < 0.5 * macs);
    },
  },
  {
    text: 'Which sizes of the recurrent model are open?',
    check: async (ask, { dynamic }) =>
      assert.deepEqual((await ask('analyze_model', { model: dynamic })).openDimensions, ['batch', 'seq']),
  },
  {
    text: 'Which sizes are its figures for?',
    check: async (ask, { dynamic }) =>
      assert.match((await ask('analyze_model', { model: dynamic })).assumedSizes ?? '', /batch 1, sequence length 128/),
  },
  {
    text: 'How large is its input for two sequences of 32?',
    check: async (ask, { dynamic }) => {
      const { inputs } = await ask('analyze_model', { model: dynamic, dimensions: { batch: 2, seq: 32 } });
      assert.equal(inputs[0]?.bytes, 2 * 32 * 16 * 4);
    },
  },
  {
    text: 'Is anything open then?',
    check: async (ask, { dynamic }) => {
      const answer = await ask('analyze_model', { model: dynamic, dimensions: { batch: 2, seq: 32 } });
      assert.deepEqual([answer.openDimensions, answer.assumedSizes], [[], undefined]);
    },
  },
  {
    text: 'Where should MobileNetV2 be cut?',
    check: async (ask, { mobilenet }) => {
      const { tiers, latencyMs } = await ask('plan_split', { model: mobilenet });
      const { candidates } = await ask('analyze_model', { model: mobilenet });
      for (const { after } of candidates.slice(1)) {
        const explained = await ask('explain_candidate', { model: mobilenet, node: after });
        if (after === tiers[0]?.lastNode) assert.equal(explained.latencyMs.changed, latencyMs);
        else assert(Number(explained.latencyMs.changed) >= latencyMs, after);
      }
    },
  },
  {
    text: 'Could another plan be better?',
    check: async (ask, { mobilenet }) => {
      const { gapPercent, advice } = await ask('plan_split', { model: mobilenet });
      assert.equal(gapPercent, 0);
      assert.match(advice, /proven optimal/);
    },
  },
  {
    text: 'Where do its milliseconds go?',
    check: async (ask, { mobilenet }) => {
      const { latencyMs, tiers, links } = await ask('plan_split', { model: mobilenet });
      const there = links.map(({ transferMs, answerBackMs = 0 }) => transferMs + answerBackMs);
      close(sum(tiers.map(({ computeMs }) => computeMs)) + sum(there), latencyMs);
    },
  },
  {
    text: 'How much faster is that than the device alone?',
    check: async (ask, { mobilenet }) => {
      const planned = await ask('plan_split', { model: mobilenet });
      const times = single(planned, 'device').latencyMs / planned.latencyMs;
      assert(planned.advice.includes(`${Number(times.toPrecision(3))}x better`), planned.advice);
    },
  },
  {
    text: 'What crosses the first link?',
    check: async (ask, { mobilenet }) => {
      const { tiers, links } = await ask('plan_split', { model: mobilenet });
      const { crossing } = await ask('explain_candidate', { model: mobilenet, node: tiers[0]?.lastNode ?? '' });
      assert.deepEqual(
        links[0]?.tensors,
        crossing.map(({ name }) => name),
      );
      assert.equal(links[0]?.bytes, sum(crossing.map(({ shape }) => 4 * product(shape))));
    },
  },
  {
    text: 'How long is that under way?',
    check: async (ask, { mobilenet }) => {
      const link = (await ask('plan_split', { model: mobilenet })).links[0];
      close(link?.transferMs, linkLatencyMs + ((link?.bytes ?? 0) * 8) / (bandwidthMbps * 1e3));
    },
  },
  {
    text: 'How many bytes of weights does the device need?',
    check: async (ask, { mobilenet }) => {
      const { tiers } = await ask('plan_split', { model: mobilenet });
      const { weightBytes } = await ask('analyze_model', { model: mobilenet });
      assert.equal(sum(tiers.map((tier) => tier.weightBytes)), weightBytes);
      assert((tiers[0]?.weightBytes ?? 0) < weightBytes / 4);
    },
  },
  {
    text: 'What does a request on the device cost?',
    check: async (ask, { mobilenet }) =>
      assert.equal(single(await ask('plan_split', { model: mobilenet }), 'device').costPerRequest, 'not stated'),
  },
  {
    text: 'Is the edge cheaper than the cloud?',
    check: async (ask, { mobilenet }) => {
      const planned = await ask('plan_split', { model: mobilenet });
      assert(Number(single(planned, 'edge').costPerRequest) < Number(single(planned, 'cloud').costPerRequest));
    },
  },
  {
    text: 'Which configuration do these figures come from?',
    check: async (ask, { mobilenet }) =>
      assert.equal((await ask('plan_split', { model: mobilenet })).configuration, 'dnnsplit.json'),
  },
  {
    text: 'Were any of the times measured?',
    check: async (ask, { mobilenet }) => {
      const { tiers } = await ask('plan_split', { model: mobilenet });
      assert.deepEqual(
        tiers.map(({ measuredNodes }) => measuredNodes),
        [0, 0, 0],
      );
    },
  },
  {
    text: 'What if the first link has only 5 Mbit/s?',
    check: async (ask, { mobilenet }) => {
      const planned = await ask('plan_split', { model: mobilenet });
      const { latencyMs, plan } = await ask('try_change', { model: mobilenet, bandwidthMbps: [5, null] });
      assert.match(plan.advice, /^Do not split: run everything on `device`/);
      assert.equal(latencyMs.changed, single(planned, 'device').latencyMs);
    },
  },
  {
    text: 'What if it has 1 Gbit/s?',
    check: async (ask, { mobilenet }) => {
      const { latencyMs, plan } = await ask('try_change', { model: mobilenet, bandwidthMbps: [1000] });
      assert(Number(latencyMs.changed) < Number(latencyMs.present) / 2);
      assert.equal(plan.links[0]?.bandwidthMbps, 1000);
    },
  },
  {
    text: 'How much slower is a cut after block_3_project, and does it serve more requests?',
    check: async (ask, { mobilenet }) => {
      const { latencyMs, throughputPerSecond, crossing } = await ask('explain_candidate', {
        model: mobilenet,
        node: 'block_3_project',
      });
      assert.deepEqual(crossing[0]?.shape, [1, 32, 28, 28]);
      assert(Number(latencyMs.changed) > Number(latencyMs.present));
      // 100,352 bytes at 50 Mbit/s keep the link busy for 16.06 ms; the device is busy longer, but not as long as at present.
      assert(Number(throughputPerSecond.changed) < 50e6 / (8 * 100_352));
      assert(Number(throughputPerSecond.changed) > Number(throughputPerSecond.present));
    },
  },
  {
    text: 'Why is nobody advised to cut in the middle of block 4?',
    check: async (ask, { mobilenet }) => {
      const { isCandidate, why, latencyMs } = await ask('explain_candidate', {
        model: mobilenet,
        node: 'block_4_depthwise_relu',
      });
      assert.equal(isCandidate, false);
      assert.match(why, /fewer bytes/);
      assert(Number(latencyMs.changed) > Number(latencyMs.present));
    },
  },
  {
    text: 'Is there a node block_3_projct?',
    check: async (ask, { mobilenet }) => {
      const { error } = await ask('explain_candidate', { model: mobilenet, node: 'block_3_projct' });
      assert.match(error?.message ?? '', /did you mean 'block_3_project'/);
    },
  },
  {
    text: 'What is in a model outside of the folders?',
    check: async (ask, { outside }) => {
      const { error } = await ask('analyze_model', { model: outside });
      assert.equal(error?.code, 'bad-usage');
    },
  },
];
