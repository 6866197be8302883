import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addDeploy } from '../../../src/cli/commands/deploy';
import { addPlan } from '../../../src/cli/commands/plan';
import { linkPresets } from '../../../src/engine/presets/linkPresets';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { documentSchemas } from '../../../src/shared/documents/schemas';
import { additiveMetrics, linkRates, metrics, metricTable, tierRates } from '../../../src/shared/vocabulary/metrics';
import { namedStrategies } from '../../../src/shared/vocabulary/strategies';
import { contractPatterns, deploymentTargets } from '../../../src/shared/vocabulary/targets';

const root = join(import.meta.dirname, '../../..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const { contributes } = JSON.parse(textOf('package.json'));
const schemas = documentSchemas({ tierPresets, linkPresets });

/** What lies in a schema along a path of properties. */
function within(schema: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  return path.reduce<Readonly<Record<string, unknown>>>((at, name) => Object(at[name]), Object(schema));
}

function helpOf(add: (program: Command) => void): string {
  const program = new Command();
  add(program);
  return program.commands
    .map((command) => command.helpInformation())
    .join('')
    .replace(/\s+/g, ' ');
}

/** Every source file with its text. */
const sources = ['src', 'webview'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `${folder}/${path.replaceAll('\\', '/')}`, text: textOf(join(folder, path)) })),
);

describe('metrics', () => {
  it('are the choices of the setting', () => {
    const { enum: choices } = contributes.configuration[0].properties['dnnsplit.plan.defaultObjective'];
    expect(choices).toEqual(metrics);
  });

  it('are objectives, weights and limits of the configuration', () => {
    const { properties } = within(schemas['dnnsplit']);
    const [names, weights] = within(properties, 'objective')['anyOf'] as readonly unknown[];
    expect(within(names)['enum']).toEqual(metrics);
    expect(Object.keys(within(weights, 'properties'))).toEqual(additiveMetrics);
    const constraints = within(properties, 'constraints', 'properties');
    for (const metric of metrics) {
      expect(constraints).toHaveProperty(metricTable[metric].limit);
      const { better, limit } = metricTable[metric];
      expect(limit).toMatch(better === 'less' ? /^max[A-Z]/ : /^min[A-Z]/);
    }
  });

  it('are stated by plan documents, with what they count', () => {
    const { properties } = within(schemas['splitplan']);
    const figures = metrics.map((metric) => metricTable[metric].figure);
    expect(Object.keys(within(properties, 'prediction', 'properties'))).toEqual([...figures, 'unstated']);
    const outcome = Object.keys(within(properties, 'baselines', 'items', 'properties'));
    expect(outcome).toEqual(['strategy', ...figures, 'unstated']);
    for (const [list, rates] of [
      ['tiers', tierRates],
      ['links', linkRates],
    ] as const) {
      for (const rate of Object.keys(rates)) {
        expect(within(properties, list, 'items', 'properties')).toHaveProperty(rate);
        expect(within(schemas['dnnsplit'], 'properties', list, 'items', 'properties')).toHaveProperty(rate);
      }
    }
  });

  it('that older plan documents lack are not asked of them', () => {
    const required = ['latencyMs', 'costPerRequest', 'throughputPerSecond', 'energyJ'];
    expect(within(schemas['splitplan'], 'properties', 'prediction')['required']).toEqual(required);
    const ofLinks = within(schemas['splitplan'], 'properties', 'links', 'items')['required'];
    expect(ofLinks).toEqual(
      ['from', 'to', 'bandwidthMbps', 'latencyMs', 'pricePerGB', 'joulesPerMB', 'wireDtype', 'tensors', 'bytes'].concat(
        'transferMs',
      ),
    );
  });

  it('are in the help of the command line and in the README', () => {
    expect(helpOf(addPlan)).toContain(`${metrics.join(', ')}, or weights as JSON`);
    expect(textOf('README.md')).toContain(metrics.join(', '));
  });
});

describe('strategies', () => {
  it('are offered by the schema of the configuration and in the help of the command line', () => {
    expect(within(schemas['dnnsplit'], 'properties', 'strategy')['examples']).toEqual(namedStrategies);
    expect(helpOf(addPlan)).toContain(`search strategy: ${namedStrategies.join(', ')}, single:<tier>`);
  });
});

describe('deployment targets', () => {
  it('have their contracts validated by the manifest', () => {
    const patterns = contributes.jsonValidation.flatMap(({ fileMatch }: { fileMatch: string | string[] }) => fileMatch);
    expect(patterns.filter((pattern: string) => pattern.endsWith('contract.json'))).toEqual(contractPatterns);
  });

  it('are in the help of the command line and in the README', () => {
    expect(helpOf(addDeploy)).toContain(deploymentTargets.join(', '));
    expect(textOf('README.md')).toContain(`-t ${deploymentTargets.join(',')} `);
  });
});

describe('the rows of a table', () => {
  it.each([
    ['metrics', metrics, ['src/shared/vocabulary/metrics.ts', 'src/engine/planning/plan/metrics.ts']],
    [
      'strategies',
      namedStrategies,
      ['src/shared/vocabulary/strategies.ts', 'src/engine/planning/strategies/registry.ts'],
    ],
    ['targets', deploymentTargets, ['src/shared/vocabulary/targets.ts', 'src/engine/deploy/deploymentFiles.ts']],
  ] as const)('%s: are written nowhere else', (_, names, homes) => {
    const isNamed = (text: string, name: string) =>
      new RegExp(`(['"\`])${name}\\1|^\\s*(['"]?)${name}\\2:`, 'm').test(text);
    // Sentences may well recommend one; what there is, is listed in its table.
    const isSentence = (path: string) => path.startsWith('src/shared/messages/');
    const lists = sources.filter(
      ({ path, text }) => !isSentence(path) && names.filter((name) => isNamed(text, name)).length >= 3,
    );
    expect(lists.map(({ path }) => path).sort()).toEqual([...homes].sort());
  });
});
