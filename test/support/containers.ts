import { spawnSync } from 'node:child_process';
import { relayDockerfile } from '../../src/engine/deploy/parts/relayImage';

/**
 * Whether tests may build and start real containers: where a Docker daemon answers that has Compose and the image that the
 * Dockerfiles name, so that nothing is fetched unasked; or where a person says so. Nothing is installed or started for it.
 */
export const hasContainers = process.env['DNNSPLIT_TEST_CONTAINERS'] === '1' || answers();

/** Why tests are skipped, for their titles. */
export const whereContainersAre = 'where Docker has the base image, or with DNNSPLIT_TEST_CONTAINERS=1';

function answers(): boolean {
  const [, image = ''] = /^FROM (\S+)/.exec(relayDockerfile({ withTiers: false })) ?? [];
  return succeeds('docker', 'image', 'inspect', image) && succeeds('docker', 'compose', 'version');
}

function succeeds(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Network namespaces need root and iproute2. */
export const hasNamespaces = hasContainers && process.getuid?.() === 0 && succeeds('ip', '-Version');
