import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Hover } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { planText } from '../../../src/app/plan/planAnalyzed';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { planReport } from '../../../src/engine/report/planReport';
import { configActions, planActions } from '../../../src/server/language/codeActions';
import { configLenses, planLenses } from '../../../src/server/language/codeLenses';
import { configHover, planHover } from '../../../src/server/language/hovers';
import { expectFigure } from '../../support/figures';
import { byHand, handConfig, handFolder, planByHand } from '../../support/handModel';

const folder = handFolder();
afterAll(folder.remove);
const planned = planByHand(folder);
const [planPath, planUri] = [`${folder.model}.splitplan.json`, 'file:///project/net.splitplan.json'];
const text = planText(planned, planPath);
const config = JSON.stringify(handConfig, null, 2);

/** The lines of a hover, without what keeps names out of Markdown. */
function linesOf(hover: Hover | null): string[] {
  const { contents } = hover ?? { contents: '' };
  const value = typeof contents === 'object' && 'value' in contents ? contents.value : '';
  return value.replaceAll('\\', '').split('\n\n');
}

/** What is said where `start` first stands after the property `list`. */
function hoverAt(content: string, list: string, start: string, hover: typeof planHover): string[] {
  const document = TextDocument.create('file:///project/x.json', 'jsonc', 1, content);
  const offset = content.indexOf(start, content.indexOf(`"${list}"`));
  return linesOf(hover(document, document.positionAt(offset + 1)));
}

/** What is said after a name at the beginning of a line. */
const toldAs = (lines: readonly string[], name: string) =>
  lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);

describe('a hover on a plan document', () => {
  it.each(byHand.tiers)('says of the tier $id what it runs and takes', (tier) => {
    const lines = hoverAt(text, 'tiers', `"id": "${tier.id}"`, planHover);
    expect(lines[0]).toMatch(new RegExp(`^\\*\\*${tier.id}\\*\\* .*\\b${tier.nodes} `));
    if (tier.measuredNodes > 0) expect(lines[0]).toMatch(/\b2 of them measured$/);
    else expect(lines[0]).not.toMatch(/measured/);
    const [time, macs] = toldAs(lines, 'Compute')?.split(' for ') ?? [];
    expectFigure(time, tier.computeMs / 1e3, 's');
    expectFigure(macs, tier.macs, 'MACs');
    const [weights = '', activations = ''] = toldAs(lines, 'Memory')?.split(', ') ?? [];
    expect([weights, activations]).toEqual([expect.stringMatching(/weights/), expect.stringMatching(/activations/)]);
    expectFigure(/^[\d.]+ \w+/.exec(weights)?.[0], tier.weightBytes, 'B');
    expectFigure(/^[\d.]+ \w+/.exec(activations)?.[0], tier.peakActivationBytes, 'B');
    expectFigure(toldAs(lines, 'Cost'), tier.costPerRequest, '$');
  });

  it.each(byHand.links)('says of the link from $from what crosses it', (link) => {
    const lines = hoverAt(text, 'links', `"from": "${link.from}"`, planHover);
    const [title, bandwidth] = lines[0]?.split(', ') ?? [];
    expect(title).toBe(`**${link.from} to ${link.to}**`);
    expectFigure(bandwidth, link.bandwidthMbps * 1e6, 'bit/s');
    for (const { name, shape, bytes } of link.tensors) {
      const [kind, size] = toldAs(lines, name)?.split(', ') ?? [];
      expect(kind).toBe(`float32 ${shape.join('x')}`);
      expectFigure(size, bytes, 'B');
    }
    const [bytes, time] = toldAs(lines, 'Transfer')?.split(' in ') ?? [];
    expectFigure(bytes, link.bytes, 'B');
    expectFigure(time, link.transferMs / 1e3, 's');
  });
});

describe('a hover on a configuration', () => {
  it('says every figure that planning uses with its unit, and that it stands here', () => {
    const units: readonly (readonly [string, string, string])[] = [
      ['gflops', 'Compute', 'GFLOP/s'],
      ['memoryGBps', 'Memory bandwidth', 'GB/s'],
      ['memoryGB', 'Memory', 'GB'],
      ['pricePerHour', 'Price', '$/h'],
      ['watts', 'Power', 'W'],
      ['electricityPerKWh', 'Electricity', '$/kWh'],
    ];
    for (const tier of handConfig.tiers) {
      const lines = hoverAt(config, 'tiers', `"id": "${tier.id}"`, configHover);
      for (const [property, label, unit] of units) {
        const value = Object.entries(tier).find(([name]) => name === property)?.[1];
        const said = toldAs(lines, label);
        if (value !== undefined) expect(said, label).toBe(`${value} ${unit} (this file)`);
        else if (property === 'memoryGBps') expect(said).toMatch(/^unknown, not part of the estimate$/);
        else expect(said, label).toBe('not stated, counts as 0');
      }
      expect(lines.find((line) => line.startsWith('Overhead'))).toMatch(new RegExp(`: ${tier.overheadUs ?? 0} [uµ]s$`));
      expect(lines.some((line) => line.endsWith('`device.profile.json`'))).toBe(tier.id === 'device');
    }
    for (const link of handConfig.links) {
      const lines = hoverAt(config, 'links', `"bandwidthMbps": ${link.bandwidthMbps}`, configHover);
      expect(toldAs(lines, 'Bandwidth')).toBe(`${link.bandwidthMbps} Mbit/s (this file)`);
      expect(toldAs(lines, 'One-way latency')).toBe(`${link.latencyMs} ms (this file)`);
      expect(toldAs(lines, 'Price')).toBe(`${link.pricePerGB} $/GB (this file)`);
      expect(toldAs(lines, 'Energy')).toBe(`${link.joulesPerMB} J/MB (this file)`);
      expect(toldAs(lines, 'Wire type')).toBe('original');
    }
  });
});

describe('a hover on a device that published times fit', () => {
  it('says its rates, how far they are to be trusted and from where they are', () => {
    const own =
      '{ "tiers": [{ "id": "pi", "preset": "raspberry-pi-4/tflite-fp32", "operators": { "unsupported": ["LSTM"] } }] }';
    const lines = hoverAt(own, 'tiers', '"id": "pi"', configHover);
    const { fit } = tierPresets.find(({ id }) => id === 'raspberry-pi-4/tflite-fp32') ?? {};
    expect(toldAs(lines, 'Compute by kind of work')).toContain(`depthwise ${fit?.rates.depthwise}`);
    expect(toldAs(lines, 'Overhead per kernel')).toContain(`${fit?.kernelOverheadUs} µs`);
    expect(toldAs(lines, 'Memory bandwidth')).toContain('fitted to published times');
    expect(toldAs(lines, 'Times')).toMatch(/^within 1\.\d+x \(\d+ of 17 published models within 1\.3x\);/);
    expect(lines).toContain('Cannot run `LSTM`');
  });
});

describe('lenses', () => {
  it('say what a plan predicts, and lead to its model and to planning again', () => {
    const [predicted, graph, again, ...others] = planLenses(text, planUri, planPath, 'own-folder').map(
      ({ command }) => command,
    );
    const [latency, cost] = predicted?.title.replace(/^\w+: /, '').split(', ') ?? [];
    expectFigure(latency, byHand.plan.latencyMs / 1e3, 's');
    expectFigure(cost, byHand.plan.costPerRequest, '$');
    const modelUri = pathToFileURL(folder.model).href;
    expect([graph?.command, graph?.arguments]).toEqual(['dnnsplit.openGraph', [modelUri]]);
    expect([again?.command, again?.arguments]).toEqual(['dnnsplit.planAgain', [planUri]]);
    expect(others).toEqual([]);
  });

  it('say above a configuration what each open model takes', () => {
    const plan = planReport(planned.result, planned.analyzed);
    const open = { modelUri: 'file:///project/net.onnx', revision: 1, state: 'ready', plan } as const;
    const paths = ['/project/net.onnx', '/project/other.onnx'];
    const [first, second, again] = configLenses('file:///project/dnnsplit.json', paths, [open]).map(
      ({ command }) => command,
    );
    const [name, latency] = first?.title.split(': ') ?? [];
    expect(name).toBe('net.onnx');
    expectFigure(latency, byHand.plan.latencyMs / 1e3, 's');
    expect([first?.command, first?.arguments]).toEqual(['dnnsplit.openGraph', ['file:///project/net.onnx']]);
    expect(second?.title).toMatch(/^other\.onnx: /);
    expect(second?.arguments).toEqual(['file:///project/other.onnx']);
    expect(again?.arguments).toEqual(['file:///project/dnnsplit.json']);
  });
});

describe('actions', () => {
  /** What each target is called by its makers. */
  const targets = { compose: 'Docker Compose', kubernetes: 'Kubernetes', kserve: 'KServe', triton: 'Triton' };

  it('generate what their title says, from the document that they stand on', () => {
    const offered: readonly (readonly [ReturnType<typeof planActions>, string])[] = [
      [planActions(text, planUri, planPath, 'own-folder'), planUri],
      [configActions('file:///project/dnnsplit.json', ['/project/net.onnx']), 'file:///project/net.onnx'],
    ];
    for (const [actions, sourceUri] of offered) {
      for (const [target, name] of Object.entries(targets)) {
        const [action, ...others] = actions.filter(({ title }) => title.endsWith(` ${name}`));
        expect(others).toEqual([]);
        expect(action).toMatchObject({ kind: 'dnnsplit.generate', command: { title: action?.title } });
        expect(action?.command?.command).toBe('dnnsplit.generate');
        expect(action?.command?.arguments).toEqual([{ sourceUri, target }]);
      }
    }
  });

  it('export, verify and plan again with the command of that name', () => {
    const commands = planActions(text, planUri, planPath, 'own-folder').map(({ kind, command }) => [
      kind,
      command?.command,
    ]);
    expect(commands.slice(-3)).toEqual([
      ['dnnsplit.split', 'dnnsplit.split'],
      ['dnnsplit.split', 'dnnsplit.verifySplit'],
      ['dnnsplit.plan', 'dnnsplit.planAgain'],
    ]);
    const again = planActions(text, planUri, planPath, 'own-folder').at(-1);
    expect(again?.command?.arguments).toEqual([planUri]);
    const [first, second] = configActions('file:///p/dnnsplit.json', ['/p/a.onnx', '/p/b.onnx']).filter(
      ({ kind }) => kind === 'dnnsplit.generate',
    );
    expect(first?.title).toMatch(/ a\.onnx$/);
    expect(first?.command?.arguments).toEqual([{ sourceUri: 'file:///p/a.onnx', target: 'compose' }]);
    expect(second?.title).toMatch(/ b\.onnx$/);
    expect(second?.command?.arguments).toEqual([{ sourceUri: 'file:///p/b.onnx', target: 'compose' }]);
  });
});
