import { visibleText } from '../../../shared/escape/visible';
import { secretsFolder } from '../parts/bundleSecrets';
import { runsAnything } from '../parts/deployment';
import { type BundleTier, secretSettings, settingsOf } from './bundleTier';

/** `relay.env`: what both a shell and systemd read. */
export function settingsFile(tier: BundleTier): string {
  const lines = Object.entries(settingsOf(tier)).map(([variable, value]) => `${variable}='${value}'`);
  return `# Settings of the relay; "node relay.js --help" lists all. Deploying again writes this file anew.\n${lines.join('\n')}\n`;
}

/**
 * `run.sh`: starts the relay of a tier, with ONNX Runtime beside it where the tier runs something. systemd hands secrets over
 * in a folder of its own.
 */
export function runScript(tier: BundleTier): string {
  const { deployed } = tier;
  const runs = runsAnything(deployed);
  const secrets = secretSettings(tier).map(([variable, file]) => `${variable}="$secrets/${file}"`);
  return `${[
    '#!/bin/sh',
    `# Runs the relay of tier ${visibleText(deployed.tier.id)}. "./run.sh install" only installs what it needs.`,
    'set -eu',
    'cd "$(dirname "$0")"',
    'case "$(uname -m)" in',
    '  x86_64 | amd64 | aarch64 | arm64) ;;',
    '  *) echo "ONNX Runtime is not available for $(uname -m). Use a 64-bit system." >&2; exit 1 ;;',
    'esac',
    'if ! command -v node >/dev/null; then echo "Node.js 20 or newer is needed: https://nodejs.org" >&2; exit 1; fi',
    ...(runs
      ? [
          'if [ ! -e node_modules/onnxruntime-node ]; then',
          '  npm install --omit=dev --ignore-scripts --no-audit --no-fund',
          'fi',
        ]
      : []),
    'if [ "$*" = install ]; then exit 0; fi',
    `secrets="\${CREDENTIALS_DIRECTORY:-${secretsFolder}}"`,
    'set -a',
    '. ./relay.env',
    ...secrets,
    'set +a',
    'exec node relay.js contract.json "$@"',
  ].join('\n')}\n`;
}
