/**
 * Which of this machine's addresses others can reach it by, and how far an address is: of this machine or its local
 * network, or beyond. Facts for people and for the order of attempts; nothing is trusted because of them.
 */
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Passage } from '../../core/transport.ts';

/** Addresses of the interfaces, global before private ones, without link-local ones; loopback where there is nothing else. */
export function ownHosts(interfaces = networkInterfaces()): string[] {
  const all = Object.values(interfaces).flatMap((each) => each ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !isLinkLocal(address)).map(({ address }) => address);
  if (outer.length === 0) return ['127.0.0.1'];
  return [...new Set(outer)].sort(
    (a, b) => Number(isLocal(a)) - Number(isLocal(b)) || Number(isIPv6(a)) - Number(isIPv6(b)),
  );
}

/** What a listener at this host can be reached by: itself, or every interface where it listens on all. */
export const hostsOf = (listening: string): string[] => {
  if (listening === '::') return ownHosts();
  return listening === '0.0.0.0' ? ownHosts().filter((host) => !isIPv6(host)) : [listening];
};

/** Calls back when the machine's addresses have changed; looks every `everyMs`, and keeps no process alive. */
export function watchOwnHosts(listener: () => void, everyMs = 15_000, read = ownHosts): () => void {
  let known = read().join();
  const timer = setInterval(() => {
    const now = read().join();
    if (now === known) return;
    known = now;
    listener();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

export const passageTo = (host: string | undefined): Passage =>
  host !== undefined && isLocal(host) ? 'local' : 'direct';

/** Loopback, private (RFC 1918, RFC 4193), shared (RFC 6598) and link-local addresses. */
export function isLocal(host: string): boolean {
  const address = unmapped(host);
  return LOCAL.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** An IPv4 address in its IPv6 form (::ffff:…), as IPv4. */
export const unmapped = (host: string): string =>
  host.toLowerCase().startsWith('::ffff:') && host.includes('.')
    ? host.slice('::ffff:'.length)
    : host.replace(/%.*$/, '');

function isLinkLocal(host: string): boolean {
  const address = unmapped(host);
  return LINK_LOCAL.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

const LOCAL = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  LOCAL.addSubnet(net, bits, 'ipv4');
LOCAL.addAddress('::1', 'ipv6');
LOCAL.addSubnet('fc00::', 7, 'ipv6');
LOCAL.addSubnet('fe80::', 10, 'ipv6');
