import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import type { DeploymentTarget } from '../../../src/shared/vocabulary/targets';
import { builtFile } from '../../relay/rememberingChain';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { splitOnce } from '../../support/cutOnce';
import { llamaLike, streamingEncoder } from '../../support/rememberingModels';

function prepared(modelPath: string, places: readonly number[], dimensions = {}) {
  return splitOnce(prepareSplit(planAt(modelPath, places, { dimensions }), `${modelPath}.splitplan.json`));
}

function built(model: Parameters<typeof builtFile>[0], places: readonly number[]) {
  const { modelPath, dimensions, remove } = builtFile(model);
  try {
    return prepared(modelPath, places, dimensions);
  } finally {
    remove();
  }
}

const decoder = built(llamaLike(), [0.4]);
const stream = built(streamingEncoder(6, 1), [0.5]);
const forgetful = prepared(tinyResnet, [0.5]);

function filesOf(target: DeploymentTarget, { plan, contracts }: typeof decoder, replicas = 1) {
  const tiers = plan.tiers.map((tier) => ({ ...tier, replicas }));
  const input = { contracts, engine: 'relay', relayProgram: '// relay\n', revision: '0123456789ab' } as const;
  return deploymentFiles(target, { ...input, plan: { ...plan, tiers } }).files;
}
const text = (files: ReturnType<typeof filesOf>, ending: string) =>
  files.flatMap(({ path, content }) => (path.endsWith(ending) ? [content] : [])).join('\n');
const servicesOf = (files: ReturnType<typeof filesOf>) =>
  files
    .filter(({ path }) => path.endsWith('.yaml'))
    .flatMap(({ content }) => parseAllDocuments(content).map((document) => document.toJS()))
    .filter((object) => object?.kind === 'Service');

describe('a deployment of a model that remembers', () => {
  it.each(['kubernetes', 'kserve'] as const)('leads callers of %s back to the pod with their sessions', (target) => {
    const services = servicesOf(filesOf(target, decoder));
    expect(services).toHaveLength(2);
    for (const { spec } of services)
      expect(spec).toMatchObject({
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      });
    for (const { spec } of servicesOf(filesOf(target, forgetful))) expect(spec).not.toHaveProperty('sessionAffinity');
  });

  it('says how sessions are asked for, and what a target cannot do', () => {
    for (const target of ['kubernetes', 'kserve', 'compose', 'triton', 'bundle'] as const) {
      expect(text(filesOf(target, decoder), 'README.md')).toContain('sequence_start: true');
      expect(text(filesOf(target, forgetful), 'README.md')).not.toContain('sequence_start');
    }
    const compose = filesOf('compose', decoder, 3);
    expect(text(compose, 'compose.yaml')).not.toContain('replicas');
    expect(text(compose, 'README.md')).toContain('Each tier is one container, whatever the plan says');
    expect(text(filesOf('compose', forgetful, 3), 'compose.yaml')).toContain('replicas: 3');
  });

  it('is refused for Ray Serve, which spreads requests over its replicas, where it keeps any state', () => {
    expect(() => filesOf('ray', decoder)).toThrow(/tier edge keeps state between the requests of a session/);
    expect(filesOf('ray', forgetful).length).toBeGreaterThan(0);
    // Caches on the first tier alone are those of its relay.
    expect(filesOf('ray', built(llamaLike(), [0.98])).length).toBeGreaterThan(0);
  });

  it('leaves room for the state of sessions', () => {
    const memory = (split: typeof decoder) =>
      [...text(filesOf('kubernetes', split), '.yaml').matchAll(/limits:\n\s+memory: (\d+)Mi/g)].map(([, mebibytes]) =>
        Number(mebibytes),
      );
    expect(text(filesOf('kubernetes', decoder), '.yaml')).toContain('DNNSPLIT_MAX_SESSION_MB');
    expect(text(filesOf('kubernetes', forgetful), '.yaml')).not.toContain('DNNSPLIT_MAX_SESSION_MB');
    for (const mebibytes of memory(decoder)) expect(mebibytes).toBeGreaterThan(2 * 256 + 512);
  });

  it('lets Triton keep what stays as large as it is, and no cache that grows', () => {
    const configs = (split: typeof decoder, target: DeploymentTarget = 'triton', replicas = 1) =>
      text(filesOf(target, split, replicas), 'config.pbtxt');
    const kept = configs(stream);
    expect(kept).toContain(
      'state { input_name: "cache_conv_0" output_name: "new_cache_conv_0" data_type: TYPE_FP32 dims: [ 1, 8, 2 ] initial_state { name: "cache_conv_0" data_type: TYPE_FP32 dims: [ 1, 8, 2 ] zero_data: true } }',
    );
    expect(kept).not.toContain('input { name: "cache_conv_0"');
    // Both tiers read it, so it travels.
    expect(kept).not.toContain('state { input_name: "cache_loudness"');
    expect(kept.match(/input \{ name: "cache_loudness"/g)).toHaveLength(2);
    expect(configs(decoder)).not.toContain('sequence_batching');
    expect(configs(decoder)).toContain('input { name: "past_key_values.0.key"');
    // One of several servers would not find it again.
    expect(configs(stream, 'kserve', 2)).not.toContain('sequence_batching');
    expect(configs(stream, 'kserve', 1)).toContain('sequence_batching');
  });
});
