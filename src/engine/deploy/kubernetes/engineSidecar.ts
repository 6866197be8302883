import type { DeployedTier } from '../parts/deployment';
import { tritonImageFor } from '../parts/engineImage';
import { relayUser } from '../parts/relayImage';
import { relayStopSeconds } from './objects';

/** Port of the inference server in a relay's pod; the relay has the usual one. */
const enginePort = 8001;
const repository = '/models';
/** File of the engine's configuration in the ConfigMap of the tier. */
export const engineConfigFile = 'config.pbtxt';

/** How a relay reaches the inference server in its own pod. */
export function sidecarAddress({ modelName }: DeployedTier) {
  return { address: `http://127.0.0.1:${enginePort}`, modelName };
}

/**
 * Triton beside a relay, in its pod: nothing else reaches it. The part comes from the tier's image into a model repository
 * that lives as long as the pod.
 * @param image with the tier's part inside
 */
export function engineSidecar(tier: DeployedTier, image: string) {
  const { modelName, memoryMiB, requestMiB } = tier;
  const engine = tritonImageFor(tier.tier);
  const gpu = (engine?.accelerator ?? 'none') === 'none' ? {} : { 'nvidia.com/gpu': '1' };
  // It listens to its own pod alone, so that it is asked from inside; the relay says whether both are ready.
  const probe = (periodSeconds: number, failureThreshold: number) => ({
    exec: { command: ['curl', '--fail', '--silent', `http://127.0.0.1:${enginePort}/v2/health/live`] },
    periodSeconds,
    timeoutSeconds: 5,
    failureThreshold,
  });
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const copy = `mkdir -p ${repository}/${modelName}/1 && cp /tier/model.onnx* ${repository}/${modelName}/1/ && cp /engine/${engineConfigFile} ${repository}/${modelName}/`;
  return {
    initContainers: [
      {
        name: 'part',
        image,
        command: ['sh', '-c', copy],
        resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { memory: '256Mi' } },
        securityContext: { ...securityContext, readOnlyRootFilesystem: true },
        volumeMounts: [
          { name: 'models', mountPath: repository },
          { name: 'contract', mountPath: `/engine/${engineConfigFile}`, subPath: engineConfigFile, readOnly: true },
        ],
      },
    ],
    containers: [
      {
        name: 'engine',
        image: engine?.image,
        command: [
          ...['tritonserver', `--model-repository=${repository}`, `--http-port=${enginePort}`],
          ...['--http-address=127.0.0.1', '--allow-grpc=false', '--allow-metrics=false'],
          ...['--exit-on-error=true', '--strict-readiness=true'],
        ],
        // Both are told to stop at once; requests that the relay still takes need it.
        lifecycle: { preStop: { exec: { command: ['sleep', String(relayStopSeconds)] } } },
        startupProbe: probe(5, 60),
        livenessProbe: probe(10, 3),
        resources: {
          requests: { cpu: '1', memory: `${requestMiB}Mi` },
          limits: { memory: `${memoryMiB}Mi`, ...gpu },
        },
        securityContext: { ...securityContext, runAsUser: relayUser },
        volumeMounts: [
          { name: 'models', mountPath: repository, readOnly: true },
          { name: 'temporary', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [{ name: 'models', emptyDir: {} }],
  };
}
