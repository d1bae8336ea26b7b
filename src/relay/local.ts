/** Whether a request comes from the machine that the relay runs on (spec/07-relay-http.md#tickets, HTTP-22). */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * From this machine itself: not by way of a proxy that runs on it, nor from a page of another site, nor from one that
 * reached loopback by a name of its own.
 */
export function isLocal(address: string, request: FastifyRequest): boolean {
  const { headers, raw } = request;
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const isNamedSo = name === 'localhost' || isLoopback(name);
  const socket = raw.socket.remoteAddress ?? '';
  return !isForwarded && isNamedSo && !isOfAnotherSite(request) && isLoopback(address) && isLoopback(socket);
}

export const isOfAnotherSite = ({ headers: { origin, host } }: FastifyRequest): boolean =>
  origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;

const isLoopback = (address: string): boolean => isIP(address) !== 0 && /^(127\.|::1$|::ffff:127\.)/i.test(address);
