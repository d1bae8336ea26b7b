/** Which pages of other origins may call: ALLOWED_ORIGINS, all of them where it is not set. */
export type CorsHeaders = (origin: string | undefined, method: string) => Readonly<Record<string, string>>;

const READABLE = {
  'access-control-expose-headers': 'Retry-After, Content-Range, Accept-Ranges, ETag',
  vary: 'Origin',
};
const ASKED = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Last-Event-ID, Range, If-None-Match',
  'access-control-max-age': '600',
};

/** An origin that may not call gets no Allow-Origin at all: "null" would let sandboxed pages in. */
export function createCors(allowed: readonly string[] | undefined): CorsHeaders {
  const everyone = allowed === undefined || allowed.includes('*');
  const origins = new Set(allowed);
  return (origin, method) => {
    if (!everyone && (origin === undefined || !origins.has(origin))) return { vary: 'Origin' };
    const headers = { 'access-control-allow-origin': origin ?? '*', ...READABLE };
    return method === 'OPTIONS' ? { ...headers, ...ASKED } : headers;
  };
}
