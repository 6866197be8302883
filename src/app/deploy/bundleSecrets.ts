import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  authorityPaths,
  type BundleSecrets,
  type CertifiedKey,
  secretFiles,
  secretsFolder,
} from '../../engine/deploy/parts/bundleSecrets';
import { isUsableAuthority, isUsableCertificate, makeAuthority, makeCertificate } from './certificates';

export interface SecretsRequest {
  /** Folder of the deployment; secrets of an earlier one that still fit are kept. */
  readonly directory: string;
  readonly deployment: string;
  /** From the device upwards: folder, and the names and addresses that the tier's certificate is for. */
  readonly tiers: readonly { readonly name: string; readonly hosts: readonly string[] }[];
  readonly tls: boolean;
}

/** Tokens, and an authority with a certificate for each tier but the first. @throws DnnSplitError as `makeAuthority` */
export function bundleSecrets({ directory, deployment, tiers, tls }: SecretsRequest): BundleSecrets {
  const isTogether = tls && tiers.length > 1;
  const authority = isTogether ? authorityOf(directory, deployment) : undefined;
  return {
    ...(authority && { authority }),
    tiers: tiers.map(({ name, hosts }, position) => {
      if (position === 0) return undefined;
      const folder = join(directory, name, secretsFolder);
      return {
        token: earlierToken(join(folder, secretFiles.token)) ?? randomBytes(32).toString('hex'),
        ...(authority && { tls: certificateOf(folder, authority, hosts) }),
      };
    }),
  };
}

function authorityOf(directory: string, deployment: string): CertifiedKey {
  const earlier = pairAt(directory, authorityPaths);
  return earlier !== undefined && isUsableAuthority(earlier) ? earlier : makeAuthority(`DNNSplit ${deployment}`);
}

function certificateOf(folder: string, authority: CertifiedKey, hosts: readonly string[]): CertifiedKey {
  const earlier = pairAt(folder, secretFiles);
  const isKept = earlier !== undefined && isUsableCertificate(earlier, authority, hosts);
  return isKept ? earlier : makeCertificate(authority, hosts);
}

function pairAt(folder: string, paths: { certificate: string; key: string }): CertifiedKey | undefined {
  const [certificate, key] = [textAt(join(folder, paths.certificate)), textAt(join(folder, paths.key))];
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

function earlierToken(path: string): string | undefined {
  const token = textAt(path)?.trim();
  return token !== undefined && /^[0-9a-f]{64}$/.test(token) ? token : undefined;
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
