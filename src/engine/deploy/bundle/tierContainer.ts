import { stringify } from 'yaml';
import { secretsFolder } from '../parts/bundleSecrets';
import { relayUser } from '../parts/relayImage';
import { type BundleTier, secretSettings, settingsOf } from './bundleTier';

/** The Compose file of one tier alone; other machines reach it, and it reaches them. */
export function tierCompose(tier: BundleTier, image: string): string {
  const { deployed, address, isFirst, service } = tier;
  const secrets = secretSettings(tier).map(([variable, file]) => [variable, `/tier/${secretsFolder}/${file}`] as const);
  const project = {
    name: service,
    services: {
      relay: {
        image,
        build: '.',
        command: ['/tier/contract.json'],
        environment: {
          ...settingsOf(tier),
          DNNSPLIT_HOST: '0.0.0.0',
          ...Object.fromEntries(secrets),
          // Its port is published on the loopback address alone.
          ...(isFirst && { DNNSPLIT_ALLOW_ANONYMOUS: 'true' }),
        },
        volumes: [{ type: 'bind', source: '.', target: '/tier', read_only: true, bind: { create_host_path: false } }],
        ports: [`${isFirst ? '127.0.0.1:' : ''}${address.port}:${address.port}`],
        read_only: true,
        tmpfs: ['/tmp'],
        // Secrets are for their owner alone.
        user: `\${DNNSPLIT_USER:-${relayUser}:${relayUser}}`,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        deploy: { resources: { limits: { memory: `${deployed.memoryMiB}M` } } },
        init: true,
        stop_grace_period: '20s',
        restart: 'unless-stopped',
      },
    },
  };
  return stringify(project, { lineWidth: 0, aliasDuplicateObjects: false });
}
