/** Where a tier's relay is reached. */
export interface BundleAddress {
  readonly host: string;
  readonly port: number;
}

/** Port of a relay where none is given. */
export const defaultPort = 8000;

const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::(\d+))?$/;

/** Reads `host`, `host:port`, or `[IPv6 address]:port`; nothing for anything else. */
export function parseAddress(text: string): BundleAddress | undefined {
  const [, address, addressPort] = bracketed.exec(text) ?? [];
  const [name = '', namePort, ...others] = text.split(':');
  const host = address ?? (others.length === 0 && hostName.test(name) ? name : undefined);
  const port = Number(addressPort ?? (address === undefined ? namePort : undefined) ?? defaultPort);
  return host !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? { host, port } : undefined;
}

/** Base address of a relay. */
export function baseAddress({ host, port }: BundleAddress, tls: boolean): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
