/** The ticket with other addresses in it, as where a port is forwarded. */
import type { Sha256 } from '../../src/core/ports.ts';
import { decodeTicket, encodeTicket } from '../../src/core/ticket.ts';

export const ticketFor = (sha256: Sha256, ticket: string, addresses: readonly string[]): string =>
  encodeTicket(sha256, { ...decodeTicket(sha256, ticket), addresses });
