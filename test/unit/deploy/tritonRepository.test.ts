import { describe, expect, it } from 'vitest';
import { modelConfig } from '../../../src/engine/deploy/triton/modelConfig';
import { byHand } from '../../support/handModel';
import { contentOf, generate, isThere, whole } from './deploymentsByHand';

describe('a Triton model repository', () => {
  const generated = generate('triton', whole);
  const readme = contentOf(generated, 'README.md');

  it('has each part in a folder of its name, and a server and a relay that agree on it', () => {
    for (const [k, { id, tensors }] of [
      {
        id: 'device',
        tensors: [
          ['x', '1, 7'],
          ['a', '1, 11'],
          ['c', '1, 19'],
        ],
      },
      {
        id: 'edge',
        tensors: [
          ['a', '1, 11'],
          ['c', '1, 19'],
          ['e', '1, 13'],
        ],
      },
      {
        id: 'cloud',
        tensors: [
          ['c', '1, 19'],
          ['e', '1, 13'],
          ['y', '1, 19'],
        ],
      },
    ].entries()) {
      const model = `net_${id}`;
      const config = contentOf(generated, `${id}/${model}/config.pbtxt`);
      expect(config).toContain(`name: "${model}"`);
      expect(isThere(generated, `${id}/${model}/1/model.onnx`)).toBe(true);
      const found = [
        ...config.matchAll(/^(?:in|out)put \{ name: "(\w)" data_type: TYPE_FP32 dims: \[ ([\d, ]+) \] \}$/gm),
      ];
      expect(found.map(([, name, dims]) => [name, dims])).toEqual(tensors);
      expect([...config.matchAll(/^input/gm)]).toHaveLength(k === 0 ? 1 : 2);
      expect(config).toContain(`instance_group { kind: ${k === 2 ? 'KIND_CPU' : 'KIND_GPU'} count: 1 }`);
      const [, published] =
        new RegExp(`--publish 127\\.0\\.0\\.1:(\\d+):8000 --volume "\\$PWD/${id}:/models:ro"`).exec(readme) ?? [];
      expect(readme).toContain(
        `node relay.js contracts/${id}/contract.json --engine http://127.0.0.1:${published} --engine-model ${model} `,
      );
      const above = byHand.tiers[k + 1]?.id.toUpperCase();
      const upstream = k < 2 ? `--upstream http://ADDRESS-OF-${above}:8000 --upstream-token-file token-above ` : '';
      expect(readme).toContain(`--engine-model ${model} ${upstream}--host 0.0.0.0 --token-file token\n`);
    }
  });

  /** Triton's documentation, "Model Configuration", datatypes: by what ONNX Runtime calls them. */
  it.each([
    ['bool', 'TYPE_BOOL'],
    ['uint8', 'TYPE_UINT8'],
    ['uint16', 'TYPE_UINT16'],
    ['uint32', 'TYPE_UINT32'],
    ['uint64', 'TYPE_UINT64'],
    ['int8', 'TYPE_INT8'],
    ['int16', 'TYPE_INT16'],
    ['int32', 'TYPE_INT32'],
    ['int64', 'TYPE_INT64'],
    ['float16', 'TYPE_FP16'],
    ['bfloat16', 'TYPE_BF16'],
    ['float32', 'TYPE_FP32'],
    ['float64', 'TYPE_FP64'],
    ['string', 'TYPE_STRING'],
  ])('calls %s %s', (dtype, type) => {
    const [contract] = whole.contracts;
    const [tier] = whole.plan.tiers;
    if (contract === undefined || tier === undefined) throw new Error('there is a first tier');
    const tensor = { name: 't', dtype, shape: [2, 3], bytes: null };
    const segment = { file: 'model.onnx', inputs: [tensor], outputs: [] };
    const deployed = {
      contract: { ...contract, segment },
      tier,
      name: 'a',
      modelName: 'm',
      memoryMiB: 1,
      requestMiB: 1,
      engine: 'triton',
      maxBodyMB: 1,
    } as const;
    expect(modelConfig(deployed)).toContain(`{ name: "t" data_type: ${type} dims: [ 2, 3 ] }`);
  });
});
