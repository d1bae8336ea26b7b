/** Addresses of the TLS transport: tls://host:port, IPv6 in brackets (spec/11-transports.md#addresses). One spelling each. */
import { isIP, isIPv6 } from 'node:net';

export interface TlsAddress {
  readonly host: string;
  readonly port: number;
}

/** Undefined for anything that is not exactly such an address. */
export function parseTlsAddress(address: string): TlsAddress | undefined {
  const match = FORM.exec(address);
  if (match === null || address.length > LONGEST) return undefined;
  const [, inBrackets, name, digits = ''] = match;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  const host = inBrackets ?? name ?? '';
  if (inBrackets !== undefined ? !isIPv6(host) : !isName(host)) return undefined;
  return { host, port };
}

export const formatTlsAddress = ({ host, port }: TlsAddress): string =>
  isIPv6(host) ? `tls://[${host}]:${port}` : `tls://${host}:${port}`;

const FORM = /^tls:\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):([1-9][0-9]{0,4})$/;
const LONGEST = 272;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** An IPv4 address, or a name that DNS could know: one whose last label is a number is neither. */
function isName(host: string): boolean {
  if (isIP(host) === 4) return true;
  const labels = host.split('.');
  return host.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^[0-9]+$/.test(labels.at(-1) ?? '');
}
