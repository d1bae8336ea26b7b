/** The link that leads somebody else to a channel of this relay. Pure. */
import { channelHref } from './route.ts';

export interface Invitation {
  readonly link: string;
  /** The link leads to this computer alone: nobody else can use it. */
  readonly onlyHere: boolean;
}

/** `address` is the page's own; what it says beyond its place is nobody else's business. */
export function invitation(address: string, channel: string): Invitation {
  const { origin, pathname, hostname } = new URL(address);
  return { link: origin + pathname + channelHref(channel), onlyHere: isLoopback(hostname) };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
