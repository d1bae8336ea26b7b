/**
 * Where a request comes from. X-Forwarded-For counts only as far as trusted proxies wrote it: it is read from the
 * right, and the first address that is no trusted proxy is the caller.
 */
import { type BlockList, isIP } from 'node:net';

const MAX_HOPS = 16;

export function callerAddress(socketAddress: string | undefined, forwarded: string | undefined, trusted: BlockList) {
  let address = plain(socketAddress ?? '');
  if (forwarded === undefined || !isTrusted(address, trusted)) return address;
  const hops = forwarded.split(',').slice(-MAX_HOPS).reverse();
  for (const hop of hops) {
    const next = plain(hop.trim());
    if (isIP(next) === 0) return address;
    address = next;
    if (!isTrusted(address, trusted)) return address;
  }
  return address;
}

/** What limits are counted by: an IPv4 address, or the /64 that one IPv6 household has. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...Array<string>(missing).fill('0'), ...after].slice(0, 4).join(':');
}

/** IPv4 in its own spelling, also where a dual-stack socket shows it as IPv6; without a zone. */
function plain(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(bare) ? bare.slice(7) : bare;
}

export function isTrusted(address: string, trusted: BlockList): boolean {
  const family = isIP(plain(address));
  return family !== 0 && trusted.check(plain(address), family === 6 ? 'ipv6' : 'ipv4');
}
