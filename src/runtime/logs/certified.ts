/** Which logs belong to which identity: by certificates in their first entries (spec/02-pigeon.md#log-keys). */
import { toHex } from '../../core/bytes.ts';
import { CERTIFICATE_KIND, type LogCertificate, readCertificate, type Signed } from '../../core/log/ownership.ts';
import type { LogEntryRow } from '../../core/ports.ts';
import { parsedRow } from './names.ts';
import type { LogPorts } from './ports.ts';

const PAGE = 256;

/** Entries of a kind whose signatures have been checked, in order of arrival. */
export async function* entriesOfKind(
  { store }: Pick<LogPorts, 'store'>,
  kind: string,
  { author, from = 0 }: { author?: string; from?: number } = {},
): AsyncGenerator<LogEntryRow> {
  for (let after = from; ; ) {
    const page = await store.entriesByArrival(after, PAGE, { kind, ...(author !== undefined && { author }) });
    yield* page.filter(({ verified }) => verified);
    if (page.length < PAGE) return;
    after = page.at(-1)?.arrival ?? after;
  }
}

/** The logs that any of these identities (keys in hex) certifies. */
export async function* certifiedBy(
  ports: Pick<LogPorts, 'store' | 'verifier'>,
  identities: ReadonlySet<string>,
): AsyncGenerator<LogCertificate> {
  for await (const row of entriesOfKind(ports, CERTIFICATE_KIND)) {
    const certificate = readCertificate(parsedRow(row));
    if (certificate === undefined || !identities.has(toHex(certificate.statement.identity))) continue;
    if (await isSigned(ports, certificate)) yield certificate.statement;
  }
}

/** The identity (key in hex) that certifies this log; undefined where none does. */
export async function identityOf(
  ports: Pick<LogPorts, 'store' | 'verifier'>,
  author: string,
): Promise<string | undefined> {
  const [first] = await ports.store.entries(author, 0, 1);
  const certificate = first?.verified ? readCertificate(parsedRow(first)) : undefined;
  if (certificate === undefined || !(await isSigned(ports, certificate))) return undefined;
  return toHex(certificate.statement.identity);
}

export const isSigned = (
  { verifier }: Pick<LogPorts, 'verifier'>,
  { statement, signature, message }: Signed<{ identity: Uint8Array }>,
): Promise<boolean> => verifier.verify(statement.identity, signature, message);
