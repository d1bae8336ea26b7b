/** The address under which a relay on this same computer gives a secure context. */
export function localAddress(address: string): string {
  const url = new URL(address);
  url.hostname = 'localhost';
  return url.href;
}
