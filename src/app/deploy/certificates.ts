import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { CertifiedKey } from '../../engine/deploy/parts/bundleSecrets';
import { createScratchFolder } from '../../files/leftovers';
import { say } from '../../shared/messages/say';
import { DnnSplitError, toErrorData } from '../../shared/work/errors';

/**
 * Certificates are made by the program `openssl`, which Linux, macOS and Git for Windows have: libraries that make them weigh
 * 300 kB and twenty packages, for two files per deployment. Keys are made here.
 */
const days = { authority: 3650, tier: 825 } as const;
/** A certificate with less than this left is made anew. */
const leastDaysLeft = 30;
const dayMs = 24 * 60 * 60 * 1000;

/** A certificate authority for one deployment. @throws DnnSplitError `bad-usage` where `openssl` is not on this machine */
export function makeAuthority(name: string): CertifiedKey {
  return inScratch((folder) => {
    const key = newKey(folder, 'key.pem');
    const config = settings(folder, name, [
      'basicConstraints=critical,CA:TRUE,pathlen:0',
      'keyUsage=critical,keyCertSign,cRLSign',
      'subjectKeyIdentifier=hash',
    ]);
    const certificate = join(folder, 'certificate.pem');
    openssl(
      'req',
      '-new',
      '-x509',
      '-sha256',
      '-key',
      join(folder, 'key.pem'),
      '-config',
      config,
      '-extensions',
      'own',
      '-days',
      String(days.authority),
      '-out',
      certificate,
    );
    return { certificate: readFileSync(certificate, 'utf8'), key };
  });
}

/**
 * A server's certificate for host names and addresses, signed by an authority.
 * @throws DnnSplitError `bad-usage` where `openssl` is not on this machine
 */
export function makeCertificate(authority: CertifiedKey, hosts: readonly string[]): CertifiedKey {
  return inScratch((folder) => {
    const key = newKey(folder, 'key.pem');
    const [first = 'localhost'] = hosts;
    const config = settings(folder, first, [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=serverAuth',
      `subjectAltName=${hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`).join(',')}`,
    ]);
    const path = (file: string) => join(folder, file);
    writeFileSync(path('authority.pem'), authority.certificate);
    writeFileSync(path('authority-key.pem'), authority.key, { mode: 0o600 });
    openssl('req', '-new', '-sha256', '-key', path('key.pem'), '-config', config, '-out', path('request.pem'));
    const serial = `0x${randomBytes(16)
      .toString('hex')
      .replace(/^[89a-f]/, '7')}`;
    openssl(
      'x509',
      '-req',
      '-sha256',
      '-in',
      path('request.pem'),
      '-CA',
      path('authority.pem'),
      '-CAkey',
      path('authority-key.pem'),
      '-set_serial',
      serial,
      '-extfile',
      config,
      '-extensions',
      'own',
      '-days',
      String(days.tier),
      '-out',
      path('certificate.pem'),
    );
    return { certificate: readFileSync(path('certificate.pem'), 'utf8'), key };
  });
}

/** True for an authority that can go on signing. */
export function isUsableAuthority(one: CertifiedKey): boolean {
  const certificate = usable(one);
  return certificate?.ca === true;
}

/** True for a certificate of an authority that names these hosts and no others, and is valid for a while. */
export function isUsableCertificate(one: CertifiedKey, authority: CertifiedKey, hosts: readonly string[]): boolean {
  const certificate = usable(one);
  if (certificate === undefined) return false;
  const signer = new X509Certificate(authority.certificate);
  const isSigned = certificate.checkIssued(signer) && certificate.verify(signer.publicKey);
  const named = (certificate.subjectAltName ?? '').split(', ').length;
  const covers = (host: string) =>
    (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
  return isSigned && named === hosts.length && hosts.every(covers);
}

function usable({ certificate: text, key }: CertifiedKey): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(text);
    const isLasting = Date.parse(certificate.validTo) - Date.now() > leastDaysLeft * dayMs;
    return isLasting && certificate.checkPrivateKey(createPrivateKey(key)) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function newKey(folder: string, file: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  writeFileSync(join(folder, file), text, { mode: 0o600 });
  return text;
}

/** The configuration file of a request: whom it is for, and the extensions of its certificate. */
function settings(folder: string, name: string, extensions: readonly string[]): string {
  const path = join(folder, 'openssl.cnf');
  const commonName = name.replace(/[^\w .:-]/g, '').slice(0, 60);
  const lines = ['[req]', 'prompt=no', 'distinguished_name=whom', '[whom]', `CN=${commonName}`, '[own]', ...extensions];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function openssl(...args: string[]): void {
  try {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    const said = isMissing ? say('bundle.noOpenssl', {}) : say('bundle.openssl', {});
    throw new DnnSplitError('bad-usage', said, undefined, toErrorData(thrown).message);
  }
}

function inScratch<Value>(work: (folder: string) => Value): Value {
  const { path, remove } = createScratchFolder();
  try {
    return work(path);
  } finally {
    remove();
  }
}
