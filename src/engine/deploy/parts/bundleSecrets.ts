/** A certificate or a chain of them and its key, PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** What a tier proves itself with. */
export interface TierSecrets {
  /** What callers have to send. */
  readonly token: string;
  readonly tls?: CertifiedKey;
}

/** Secrets of one deployment. */
export interface BundleSecrets {
  /** By position; none for the first tier, which listens to its own machine alone. */
  readonly tiers: readonly (TierSecrets | undefined)[];
  /** Signs the certificates of all tiers; its key stays where the deployment is made. */
  readonly authority?: CertifiedKey;
}

/** Folder of secrets in the folder of a tier. */
export const secretsFolder = 'secrets';

/** Files in that folder. */
export const secretFiles = {
  token: 'token',
  tokenAbove: 'token-above',
  certificate: 'certificate.pem',
  key: 'key.pem',
  authorityAbove: 'authority.pem',
} as const;

/** Places below the folder of the deployment. */
export const authorityPaths = { certificate: 'authority/authority.pem', key: 'authority/authority-key.pem' } as const;
