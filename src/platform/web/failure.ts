/**
 * Says in words why fetch brought no answer, and what to do about it. Node names a code in the chain of
 * causes; browsers, on purpose, say nothing.
 */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; start the relay there, or check host and port',
  ENOTFOUND: 'the host name is unknown; check its spelling',
  EAI_AGAIN: 'the host name could not be looked up; check the network',
  EHOSTUNREACH: 'the host is unreachable; check the network',
  ENETUNREACH: 'the network is unreachable; check the connection',
  ETIMEDOUT: 'the connection timed out; is the relay reachable?',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out; is the relay reachable?',
  UND_ERR_HEADERS_TIMEOUT: 'the answer did not start in time; the relay may be overloaded',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped midway; the relay may be overloaded',
  ECONNRESET: 'the connection was cut; try again',
  EPIPE: 'the connection was cut; try again',
  UND_ERR_SOCKET: 'the connection was cut; try again',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; use a trusted one',
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it',
};

export function describeFailure(error: unknown): string {
  for (const link of causes(error)) {
    const code = (link as { code?: unknown }).code;
    if (typeof code === 'string') return WORDS[code] ?? `${link.message || 'the connection failed'} (${code})`;
  }
  return 'no connection; is the relay running and reachable from here?';
}

/** Whether Node gave up on a connection that is merely quiet, which a stream without heartbeats may well be. */
export const isQuiet = (error: unknown): boolean =>
  causes(error).some((link) => QUIET.includes(String((link as { code?: unknown }).code)));

const QUIET = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** The error and what caused it, at most four links. */
function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 4; link = link.cause) chain.push(link);
  return chain;
}
