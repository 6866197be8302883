import type { GeneratedFile } from '../../../shared/protocol/requests';
import { runtimePackage } from '../../../shared/runtimePackage';
import type { DeploymentInput } from './deployment';

/** Pinned, so that the same plan deploys the same program. */
const nodeImage = 'node:22.21.1-bookworm-slim';

/** Port of every relay inside of its container. */
export const relayPort = 8000;

/** The user `node` of the image, by number, so that "not root" can be checked without looking into the image. */
export const relayUser = 1000;

/** The programs of the relay, in a folder of the deployment. */
export function relayPrograms(
  { relayProgram, relayGrpcProgram }: Pick<DeploymentInput, 'relayProgram' | 'relayGrpcProgram'>,
  folder: string,
): GeneratedFile[] {
  const grpc = relayGrpcProgram === undefined ? [] : [{ path: `${folder}relayGrpc.js`, content: relayGrpcProgram }];
  return [{ path: `${folder}relay.js`, content: relayProgram }, ...grpc];
}

/**
 * Dockerfile of the relay: Node, ONNX Runtime and the relay's programs, nothing else. `withTiers` adds a second stage that holds a
 * tier's sub-model too, from the folder that its build argument `TIER` names.
 */
export function relayDockerfile(options: { readonly withTiers: boolean }): string {
  const stage = [
    `FROM ${nodeImage} AS relay`,
    'WORKDIR /opt/dnnsplit',
    '# Its CPU build is inside of the package; scripts would download a CUDA library that nothing here uses.',
    `RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund ${runtimePackage} && npm cache clean --force \\`,
    '  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d \\',
    '    ! -path "*/$(node -p process.platform)/$(node -p process.arch)" -exec rm -rf {} +',
    'COPY --chmod=0644 relay*.js ./',
    'ENV NODE_ENV=production',
    'USER node',
    `EXPOSE ${relayPort}`,
    'ENTRYPOINT ["node", "/opt/dnnsplit/relay.js"]',
  ];
  const tier = ['', 'FROM relay AS tier', 'ARG TIER', `COPY --chown=root:root --chmod=0755 \${TIER}/ /tier/`];
  return `${[...stage, ...(options.withTiers ? tier : [])].join('\n')}\n`;
}

/** How a relay in a container is set up; other machines reach it, and the network around it decides which. */
export function relayEnvironment(settings: {
  readonly maxBodyMB: number;
  /** Of a model that remembers: room for the state of all sessions. */
  readonly sessionMB?: number | undefined;
  readonly upstream?: string | undefined;
  readonly engine?: string | undefined;
  readonly engineModel?: string | undefined;
  /** How long a relay that is told to stop still answers, while whoever spreads requests finds out. */
  readonly drainMs: number;
}): Record<string, string> {
  return {
    DNNSPLIT_HOST: '0.0.0.0',
    DNNSPLIT_PORT: String(relayPort),
    DNNSPLIT_ALLOW_ANONYMOUS: 'true',
    DNNSPLIT_MAX_BODY_MB: String(settings.maxBodyMB),
    ...(settings.sessionMB !== undefined && { DNNSPLIT_MAX_SESSION_MB: String(settings.sessionMB) }),
    DNNSPLIT_DRAIN_MS: String(settings.drainMs),
    ...(settings.upstream !== undefined && { DNNSPLIT_UPSTREAM: settings.upstream }),
    ...(settings.engine !== undefined && { DNNSPLIT_ENGINE: settings.engine }),
    ...(settings.engineModel !== undefined && { DNNSPLIT_ENGINE_MODEL: settings.engineModel }),
  };
}
