import { runtimePackage } from '../../../shared/runtimePackage';
import { defaultPort } from '../parts/bundleAddress';
import { authorityPaths, secretFiles, secretsFolder, type TierSecrets } from '../parts/bundleSecrets';
import {
  contractText,
  type DeployedFile,
  type DeployedTier,
  type Deployment,
  type DeploymentInput,
  deployedTiers,
  modelPlaces,
  runsAnything,
} from '../parts/deployment';
import { modelSlug, relayImage } from '../parts/names';
import { relayDockerfile, relayPrograms } from '../parts/relayImage';
import { bundleReadme, tierReadme } from './bundleReadme';
import type { BundleTier } from './bundleTier';
import { runScript, settingsFile } from './runScript';
import { systemdUnit } from './systemdUnit';
import { tierCompose } from './tierContainer';

/**
 * A folder per tier that runs alone on its machine: relay, contract, part, settings, secrets, and three ways to start it.
 * Without secrets in the input their files are left out, as for a preview.
 */
export function bundleFiles(input: DeploymentInput): Deployment {
  const deployed = deployedTiers(input, 'relay');
  const tiers = deployed.map((tier, position) => bundleTier(input, deployed, tier, position));
  const { secrets } = input;
  const models = deployed.flatMap((tier) => modelPlaces(tier, tier.name));
  const authority: DeployedFile[] = secrets?.authority
    ? [
        { path: authorityPaths.certificate, content: secrets.authority.certificate },
        { path: authorityPaths.key, content: secrets.authority.key, kind: 'secret' },
      ]
    : [];
  return {
    files: [
      { path: 'README.md', content: bundleReadme(input, tiers, models) },
      { path: '.gitignore', content: '# Secrets stay out of version control.\nauthority/\nsecrets/\nnode_modules/\n' },
      ...tiers.flatMap((tier) => tierFiles(input, tier)),
      ...deployed.flatMap(({ name }, position) =>
        filesOfSecrets(secrets?.tiers[position], secrets?.tiers[position + 1], secrets?.authority?.certificate).map(
          (file) => ({ ...file, path: `${name}/${secretsFolder}/${file.path}` }),
        ),
      ),
      ...authority,
    ],
    models,
  };
}

function bundleTier(
  input: DeploymentInput,
  tiers: readonly DeployedTier[],
  deployed: DeployedTier,
  position: number,
): BundleTier {
  const addressOf = ({ tier, name }: DeployedTier) =>
    input.addresses?.get(tier.id) ?? { host: name, port: defaultPort };
  const above = tiers[position + 1];
  return {
    deployed,
    address: addressOf(deployed),
    above: above && { name: above.name, address: addressOf(above) },
    isFirst: position === 0,
    tls: input.tls !== false,
    service: `dnnsplit-${modelSlug(input)}-${deployed.name}`,
  };
}

function tierFiles(input: DeploymentInput, tier: BundleTier): DeployedFile[] {
  const { deployed, service } = tier;
  const at = (path: string) => `${deployed.name}/${path}`;
  const [name = '', version = ''] = runtimePackage.split('@');
  const needs = !runsAnything(deployed) ? {} : { dependencies: { [name]: version } };
  return [
    { path: at('README.md'), content: tierReadme(input, tier) },
    { path: at('contract.json'), content: contractText(deployed.contract) },
    ...relayPrograms(input, at('')),
    { path: at('relay.env'), content: settingsFile(tier) },
    { path: at('run.sh'), content: runScript(tier), kind: 'program' },
    { path: at('package.json'), content: `${JSON.stringify({ private: true, ...needs }, null, 2)}\n` },
    { path: at(`${service}.service`), content: systemdUnit(tier, input.plan.model.name) },
    { path: at('compose.yaml'), content: tierCompose(tier, relayImage(input)) },
    { path: at('Dockerfile'), content: relayDockerfile({ withTiers: false }) },
    { path: at('.dockerignore'), content: '*\n!relay*.js\n' },
  ];
}

/** The secrets of a tier, and what it needs to reach the one above. */
function filesOfSecrets(
  own: TierSecrets | undefined,
  above: TierSecrets | undefined,
  authority: string | undefined,
): DeployedFile[] {
  const files: readonly (readonly [string, string | undefined])[] = [
    [secretFiles.token, own && `${own.token}\n`],
    [secretFiles.certificate, own?.tls?.certificate],
    [secretFiles.key, own?.tls?.key],
    [secretFiles.tokenAbove, above && `${above.token}\n`],
    [secretFiles.authorityAbove, above && authority],
  ];
  return files.flatMap(([path, content]) =>
    content === undefined ? [] : [{ path, content, kind: 'secret' as const }],
  );
}
