import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeAs, analyzeFile } from '../../../src/app/model/analyzeFile';
import { settingsOf } from '../../../src/app/model/configuredModel';
import { handoverOf } from '../../../src/app/plan/handoverFile';
import { planAnalyzed, planDocumentOf } from '../../../src/app/plan/planAnalyzed';
import { plannedFromDocument } from '../../../src/app/plan/plannedFromDocument';
import { handoverMarkdown } from '../../../src/engine/handover/markdown';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { planReport } from '../../../src/engine/report/planReport';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { planDocumentSchema, readingOfPlan } from '../../../src/shared/documents/plan';
import { linkStateText, sessionText, stateText, tierStateText } from '../../../src/shared/wording/stateText';
import { GraphWriter } from '../../support/graphWriter';
import { buildModel } from '../../support/onnxBuilder';

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-session-'));
const path = join(folder, 'decoder.onnx');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One layer with a growing cache, and a counter of its calls that the last layer reads too. */
beforeAll(() => {
  const writer = new GraphWriter();
  const tokens = writer.input('tokens', 'float32', [1, 'sequence', 8]);
  const past = writer.input('past_0', 'float32', [1, 'past', 8]);
  const counter = writer.input('state_in', 'float32', [1]);
  const cached = writer.op('Concat', [past, tokens], { axis: 1 });
  const mixed = writer.op('MatMul', [
    writer.op('ReduceMean', [cached], { axes: [1], keepdims: 1 }),
    writer.weight(8, 8),
  ]);
  const counted = writer.op('Add', [counter, writer.floats([1])]);
  const answer = writer.op('Mul', [mixed, counter]);
  const named = [
    { op: 'Identity', inputs: [cached], outputs: ['present_0'] },
    { op: 'Identity', inputs: [counted], outputs: ['state_out'] },
    { op: 'Identity', inputs: [answer], outputs: ['y'] },
  ];
  const model = { opset: 17, tensors: writer.tensors, nodes: [...writer.nodes, ...named] };
  writeFileSync(path, buildModel({ ...model, outputs: ['y', 'present_0', 'state_out'] }));
});

const tiers = [
  { id: 'device', gflops: 0.001, memoryGB: 0.001 },
  { id: 'edge', gflops: 10 },
];
const links = [{ bandwidthMbps: 8, latencyMs: 1 }];

function planned(more: object) {
  const { document } = parseConfig(JSON.stringify({ tiers, links, strategy: 'exact', ...more }));
  if (document === undefined) throw new Error('This configuration is not valid.');
  const settings = settingsOf(path, { path: undefined, config: document, profiles: new Map() });
  return planAnalyzed(analyzeAs(path, settings), settings, {}, {});
}

describe('a model with state', () => {
  it('is analyzed with its pairs, what they take, and who makes and reads them', () => {
    const { state = [] } = analysisReport(analyzeFile(path, {}));
    expect(state).toMatchObject([
      { input: 'past_0', output: 'present_0', growsAlong: 1, shape: [1, 129, 8], bytes: 4128 },
      { input: 'state_in', output: 'state_out', bytes: 4 },
    ]);
    expect(state[0]?.readBy).toMatch(/Concat/);
    expect(state[1]?.madeBy).toMatch(/state_out/);
    expect(stateText(state)).toBe('2 tensors, 4.13 kB, 1 growing with every call');
  });

  it('is planned for a session where the configuration or the command line states one', () => {
    const session = { prefillTokens: 10, generatedTokens: 5 };
    const { analyzed, result } = planned({ session });
    const report = planReport(result, analyzed);
    expect(report.session).toMatchObject(session);
    // One call with all given tokens, and five.
    expect(report.latencyMs).toBeGreaterThan(
      (report.session?.firstTokenMs ?? 0) + 4 * (report.session?.perTokenMs ?? 0),
    );
    expect(report.assumedDimensions).toBeUndefined();
    expect(sessionText({ ...session, firstTokenMs: 1200, perTokenMs: 45, tokensPerSecond: 22 })).toBe(
      '10 tokens given, 5 generated: first token after 1.20 s, then 45.0 ms per token',
    );
    expect(planReport(planned({}).result).session).toBeUndefined();
  });

  it('keeps the state of as many sessions as fit into the memory of a tier', () => {
    const pinned = { ...Object.fromEntries(['0', '1', '2', '3', '4', '5', '6', '7'].map((id) => [id, 'device'])) };
    const { result } = planned({ constraints: { pin: pinned }, session: { prefillTokens: 10, generatedTokens: 5 } });
    const [device] = planReport(result).tiers;
    // 15 rows of 8 floats and the counter; 1 MB beside 256 bytes of weights, 4 of a constant and what is at work.
    const stateBytes = 15 * 8 * 4 + 4;
    const { weightBytes = 0, peakActivationBytes = 0 } = device ?? {};
    const fit = Math.floor((1e6 - weightBytes - peakActivationBytes) / stateBytes);
    expect(device).toMatchObject({ stateBytes, sessionsThatFit: fit });
    expect(tierStateText(device ? [device] : [])).toBe(`484 B on device (${fit} sessions fit)`);
  });

  it('tells what travels between calls', () => {
    // The counter is made on the edge and read on the device too.
    const byOutput = new Map(analyzeFile(path, {}).graph.nodes.map(({ id, label }) => [label, id]));
    const madeAbove = byOutput.get('Identity state_out') ?? '';
    const { result } = planned({ constraints: { pin: { [madeAbove]: 'edge', '3': 'device' } } });
    const [link] = planReport(result).links;
    expect(link?.state).toMatchObject({ up: [], upBytes: 0, down: [{ name: 'state_out' }], downBytes: 4 });
    expect(link && linkStateText(link)).toBe('state: state_out down');
    expect(link?.answerBytes).toBeGreaterThanOrEqual(4);
  });

  it('is in the report of its plan', () => {
    const made = handoverMarkdown(handoverOf(planned({ session: { prefillTokens: 10, generatedTokens: 5 } }), {}));
    expect(made).toMatch(/A request is a session of 10 tokens given, 5 generated: first token after .+ per token\./);
    expect(made).toMatch(/State stays on the tiers that use it, per session: 484 B on (device|edge)/);
    expect(made).not.toContain('cached tokens');
  });

  it('is in its plan document, which is read back as it was planned', () => {
    const { analyzed, settings, result } = planned({ session: { prefillTokens: 10, generatedTokens: 5 } });
    const document = planDocumentOf({ analyzed, settings, result }, join(folder, 'decoder.plan.json'));
    expect(planDocumentSchema.parse(document)).toMatchObject({
      state: [
        { input: 'past_0', output: 'present_0' },
        { input: 'state_in', output: 'state_out' },
      ],
      session: { prefillTokens: 10, generatedTokens: 5 },
    });
    expect(document.links[0]?.latencyMs).toBe(1);
    const again = analyzeAs(path, readingOfPlan(document));
    expect(again.state.map(({ input }) => input)).toEqual(['past_0', 'state_in']);
    expect([...plannedFromDocument(document, again).plan.assignment]).toEqual([...result.plan.assignment]);
    expect(analyzeAs(path, readingOfPlan({ dimensions: {} })).state).toEqual([]);
  });

  it('has no state and no sessions where the configuration says so', () => {
    const { result } = planned({ state: 'none', session: { prefillTokens: 10, generatedTokens: 5 } });
    expect(result.costs.graph.state).toBeUndefined();
    expect(planReport(result).session).toBeUndefined();
    expect(result.costs.graph.inputs).toHaveLength(3);
  });
});
