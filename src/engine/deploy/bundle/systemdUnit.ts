import { visibleText } from '../../../shared/escape/visible';
import { secretsFolder } from '../parts/bundleSecrets';
import { type BundleTier, secretSettings } from './bundleTier';

/** Where a tier's folder lies on a machine that runs it as a service. */
export function serviceFolder({ service }: Pick<BundleTier, 'service'>): string {
  return `/opt/${service}`;
}

/**
 * A systemd unit that runs a tier without any rights but to listen, read its own folder and call the tier above; secrets are
 * handed over by systemd, so that their files stay root's alone (systemd 247 or newer).
 */
export function systemdUnit(tier: BundleTier, model: string): string {
  const folder = serviceFolder(tier);
  const credentials = secretSettings(tier).map(
    ([, file]) => `LoadCredential=${file}:${folder}/${secretsFolder}/${file}`,
  );
  return `${[
    '[Unit]',
    // A percent sign begins a specifier.
    `Description=DNNSplit relay, tier ${description(tier.deployed.tier.id)} of ${description(model)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    `WorkingDirectory=${folder}`,
    `ExecStart=${folder}/run.sh`,
    ...credentials,
    'DynamicUser=yes',
    'Restart=on-failure',
    'RestartSec=2',
    'TimeoutStopSec=30',
    `MemoryMax=${tier.deployed.memoryMiB}M`,
    'CapabilityBoundingSet=',
    'LockPersonality=yes',
    'NoNewPrivileges=yes',
    'PrivateDevices=yes',
    'PrivateTmp=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHome=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectSystem=strict',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
    'UMask=0077',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`;
}

function description(text: string): string {
  return visibleText(text).replaceAll('%', '%%').replaceAll('\\', '\\\\');
}
