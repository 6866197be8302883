import { markdownCode } from '../../../shared/escape/markdown';
import { shellWord } from '../../../shared/escape/shell';
import { baseAddress } from '../parts/bundleAddress';
import type { DeploymentInput, ModelPlace } from '../parts/deployment';
import { interfaceLines, introduction, modelLines, triedLines } from '../parts/markdown';
import type { BundleTier } from './bundleTier';
import { serviceFolder } from './systemdUnit';

/** The README of the whole deployment. */
export function bundleReadme(
  { plan }: DeploymentInput,
  tiers: readonly BundleTier[],
  models: readonly ModelPlace[],
): string {
  const [first] = tiers;
  return [
    ...introduction(
      plan,
      tiers.map(({ deployed }) => deployed),
    ),
    '## Start',
    '',
    'Copy each folder to the machine of its tier, the last one first, and follow the README in it. A folder needs nothing from',
    'the others. Where SSH is, `dnnsplit push FOLDER user@host` copies one, starts it, and goes back to the version before where',
    'the new one does not serve:',
    '',
    ...tiers.map(
      ({ deployed, address, isFirst, tls }) =>
        `- ${markdownCode(deployed.name)}: ${isFirst ? 'listens on its own machine, ' : ''}${markdownCode(baseAddress(address, tls && !isFirst))}`,
    ),
    '',
    'Where a name above leads nowhere yet, let DNS or `/etc/hosts` know it, or deploy again with `--host TIER=ADDRESS`.',
    '',
    ...(first === undefined ? [] : interfaceLines(first.deployed)),
    '## Secrets',
    '',
    'Each tier but the first takes requests with its token alone' +
      (first?.tls === true
        ? ', over TLS; its certificate is signed by an authority made for'
        : '. Nothing is encrypted:'),
    first?.tls === true
      ? 'this deployment. The key of the authority is in `authority`: it stays here. Deploying again keeps all of them.'
      : 'join the machines by a private network. Deploying again keeps the tokens.',
    '`.gitignore` leaves them out of version control.',
    '',
    ...modelLines(models.map(({ path }) => path)),
    '## What this relies on',
    '',
    'Node.js 20 or newer, or Docker 23 with Compose 2.20, on 64-bit Linux for x86 or ARM; systemd 247 for the service. Parts',
    'run on the CPU. Memory limits are twice the predicted weights and activations and what the relay itself needs.',
    '',
    ...triedLines('bundle'),
  ].join('\n');
}

/** The README in a tier's folder: three ways to start it. */
export function tierReadme({ plan }: DeploymentInput, tier: BundleTier): string {
  const { deployed, address, isFirst, tls, service } = tier;
  const folder = serviceFolder(tier);
  const own = baseAddress({ host: 'localhost', port: address.port }, tls && !isFirst);
  const secrets = isFirst ? '' : `${tls ? ' --insecure' : ''} --header "Authorization: Bearer $(cat secrets/token)"`;
  return [
    `# Tier ${markdownCode(deployed.tier.id)} of ${markdownCode(plan.model.name)}`,
    '',
    'Start it in one of three ways, from this folder:',
    '',
    '```sh',
    './run.sh                                   # with Node.js 20 or newer',
    'docker compose up --build --detach         # in a container; DNNSPLIT_USER="$(id -u):$(id -g)" names who may read secrets',
    `sudo cp -r . ${folder} && sudo ${folder}/run.sh install && sudo cp ${service}.service /etc/systemd/system/ && sudo systemctl enable --now ${service}`,
    '```',
    '',
    `Ask whether it is ready: ${markdownCode(`curl${secrets} ${shellWord(`${own}/v2/health/ready`)}`)}`,
    '',
  ].join('\n');
}
