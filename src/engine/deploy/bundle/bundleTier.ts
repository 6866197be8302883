import { type BundleAddress, baseAddress } from '../parts/bundleAddress';
import { secretFiles } from '../parts/bundleSecrets';
import type { DeployedTier } from '../parts/deployment';

/** A tier of a bundle and what is around it. */
export interface BundleTier {
  readonly deployed: DeployedTier;
  readonly address: BundleAddress;
  readonly above: { readonly name: string; readonly address: BundleAddress } | undefined;
  readonly isFirst: boolean;
  readonly tls: boolean;
  /** Name of the service and of the Compose project, unique among models. */
  readonly service: string;
}

/** Settings of a tier's relay that are no secrets, by environment variable; those of a container differ in the host. */
export function settingsOf({ deployed, address, above, isFirst, tls }: BundleTier): Readonly<Record<string, string>> {
  return {
    DNNSPLIT_HOST: isFirst ? '127.0.0.1' : '0.0.0.0',
    DNNSPLIT_PORT: String(address.port),
    DNNSPLIT_MAX_BODY_MB: String(deployed.maxBodyMB),
    ...(above && { DNNSPLIT_UPSTREAM: baseAddress(above.address, tls) }),
  };
}

/** Secrets of a tier's relay, as environment variable and name of a file. */
export function secretSettings({ above, isFirst, tls }: BundleTier): readonly (readonly [string, string])[] {
  return [
    ...(isFirst ? [] : ([['DNNSPLIT_TOKEN_FILE', secretFiles.token]] as const)),
    ...(!isFirst && tls
      ? ([
          ['DNNSPLIT_TLS_CERTIFICATE', secretFiles.certificate],
          ['DNNSPLIT_TLS_KEY', secretFiles.key],
        ] as const)
      : []),
    ...(above ? ([['DNNSPLIT_UPSTREAM_TOKEN_FILE', secretFiles.tokenAbove]] as const) : []),
    ...(above && tls ? ([['DNNSPLIT_UPSTREAM_CA', secretFiles.authorityAbove]] as const) : []),
  ];
}
