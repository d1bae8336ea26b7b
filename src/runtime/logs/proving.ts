/**
 * Partial verification (spec/02-pigeon.md#certificates): certificates of entries that are here, and of entries that
 * are not. A proven entry of a log that has not come yet is kept as a fragment; the log, when it comes, fills the rest.
 */
import { toHex, utf8 } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { canCertify, certificateDepths, decodeCertificate, encodeCertificate } from '../../core/log/certificate.ts';
import { type Entry, renderEntry } from '../../core/log/entry.ts';
import { parseEntry } from '../../core/log/parse.ts';
import type { LogEntryRow } from '../../core/ports.ts';
import type { LogEntry, Proof } from '../api-logs.ts';
import { authorKey, depthKey, entryHashOf, entryOfRow, parsedRow, signedPart } from './names.ts';
import type { LogPorts } from './ports.ts';
import { allRecords, type Standing } from './standing.ts';

const FRAGMENT = 'fragment';
const MOST_FRAGMENTS = 100_000;

export function createProving(ports: LogPorts, standing: Standing) {
  const { store, sha256 } = ports;

  const certificate = async (id: string): Promise<Uint8Array> => {
    const row = await store.entryById(entryHashOf(id));
    if (row === undefined) throw new UsageError(`Cannot prove entry: ${id} is not here`);
    if (!row.verified) throw new UsageError('Cannot prove entry: its signature has not been checked yet');
    if (!canCertify(row.dialect)) {
      throw new UsageError(`Cannot prove entry: expected dialect 2020-06, whose links name ids, got ${row.dialect}`);
    }
    const log = await store.log(row.author);
    const depths = certificateDepths(log?.verifiedThrough ?? row.depth, row.depth);
    const rows = await Promise.all(depths.map((depth) => store.entries(row.author, depth, 1)));
    return encodeCertificate(rows.flat().map(parsedRow));
  };
  const check = async (bytes: Uint8Array): Promise<Proof> => {
    const decoded = decodeCertificate(sha256, bytes);
    if (decoded.kind !== 'certificate') return { kind: 'not proven', reason: decoded.reason };
    const { head, target } = decoded;
    if (standing.isBlocked(toHex(head.key))) return { kind: 'not proven', reason: 'blocked' };
    const signed = signedPart(head.dialect, utf8(renderEntry(head)));
    if (!(await ports.verifier.verify(head.key, head.signature, signed))) {
      return { kind: 'not proven', reason: 'bad signature' };
    }
    await keep(decoded.entries);
    return { kind: 'proven', entry: shown(target), head: shown(head) };
  };
  const keep = async (entries: readonly Entry[]): Promise<void> => {
    const author = toHex((entries[0] as Entry).key);
    const next = (await store.log(author))?.next ?? 0;
    const missing = entries.filter(({ depth }) => depth >= next);
    if (missing.length === 0 || (await store.count(FRAGMENT)) + missing.length > MOST_FRAGMENTS) return;
    await store.commit(
      missing.map((entry) => {
        const key = `${author}/${depthKey(entry.depth)}`;
        return { op: 'put', space: FRAGMENT, key, value: renderEntry(entry), ifAbsent: true };
      }),
    );
  };
  /** A proven entry is its author's: the head vouches for it, whatever its own signature. */
  const shown = (entry: Entry): LogEntry => {
    const bytes = utf8(renderEntry(entry));
    const { dialect, depth, kind, key } = entry;
    const row: LogEntryRow = { author: toHex(key), depth, id: sha256(bytes), dialect, kind, bytes, ...UNPLACED };
    return entryOfRow(row);
  };

  return {
    certificate,
    check,
    /** What is proven and lies beyond the log as far as it is here; what the log has reached is dropped. */
    async fragments(author: string): Promise<LogEntry[]> {
      const key = authorKey(author);
      const next = (await store.log(key))?.next ?? 0;
      const found: LogEntry[] = [];
      for await (const record of allRecords(store, FRAGMENT, `${key}/`)) {
        const entry = parseEntry(utf8(record.value));
        if (entry === undefined) continue;
        if (entry.depth < next) await store.commit([{ op: 'delete', space: FRAGMENT, key: record.key }]);
        else found.push(shown(entry));
      }
      return found;
    },
  };
}

const UNPLACED = { received: 0, arrival: 0, verified: true } as const;
