/**
 * Keys that were lost: the identity ends a log of its own behind an entry, by an entry in another of its logs
 * (spec/02-pigeon.md#log-keys, PGN-40). Whoever takes the revocation cuts the log there and takes nothing further of it.
 */
import { fromHex, toHex } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { formatId, NONE } from '../../core/log/dialect.ts';
import { REVOCATION_KIND, readRevocation, revocationBody, revocationMessage } from '../../core/log/ownership.ts';
import type { LogEntryRow } from '../../core/ports.ts';
import { removeEntries } from './blob-names.ts';
import { entriesOfKind, identityOf, isSigned } from './certified.ts';
import { authorKey, entryHashOf, parsedRow } from './names.ts';
import type { OwnLog } from './own.ts';
import type { LogPorts } from './ports.ts';
import { allRecords, type Standing } from './standing.ts';

/** "<log>/<identity>": the head that a revocation names; applied when both log and head are here. */
const REVOCATIONS = 'revocation';
const CURSOR = 'revocation-cursor';

export function createRevoking(ports: LogPorts, standing: Standing, own: OwnLog) {
  const { store } = ports;

  /** Notes what came since the last time. */
  const note = async (): Promise<void> => {
    const from = Number((await store.record(CURSOR, 'entries')) ?? 0);
    for await (const row of entriesOfKind(ports, REVOCATION_KIND, { from })) {
      const revocation = readRevocation(parsedRow(row));
      if (revocation === undefined || !(await isSigned(ports, revocation))) continue;
      const { log, identity, head } = revocation.statement;
      const key = `${toHex(log)}/${toHex(identity)}/${head === NONE ? NONE : toHex(entryHashOf(head))}`;
      await store.commit([{ op: 'put', space: REVOCATIONS, key, value: '' }]);
      await store.commit([{ op: 'put', space: CURSOR, key: 'entries', value: String(row.arrival) }]);
    }
  };
  /** The depth that the log ends before; undefined while that can't be told. */
  const endOf = async (author: string, head: string): Promise<number | undefined> => {
    if (head === NONE) return 0;
    const row = await store.entryById(fromHex(head, 32) ?? new Uint8Array());
    return row?.author === author ? row.depth + 1 : undefined;
  };

  return {
    async apply(): Promise<void> {
      await note();
      for await (const { key } of allRecords(store, REVOCATIONS)) {
        const [author = '', identity = '', head = ''] = key.split('/');
        const end = await endOf(author, head);
        if (end === undefined || (standing.revokedFrom(author) ?? Number.POSITIVE_INFINITY) <= end) continue;
        if ((await identityOf(ports, author)) !== identity) continue;
        await standing.revoke(author, end);
        if (((await store.log(author))?.next ?? 0) > end) await removeEntries(store, author, end);
      }
    },
    async revoke(name: string, lastId?: string): Promise<LogEntryRow> {
      const { signer } = ports;
      const author = authorKey(name);
      if (signer === undefined || (await identityOf(ports, author)) !== toHex(signer.key)) {
        throw new UsageError('Cannot revoke log: expected one that this identity certifies');
      }
      if (author === own.author) throw new UsageError('Cannot revoke log: it is the one that would say so');
      const log = await store.log(author);
      const last = lastId === undefined ? log?.head : entryHashOf(lastId);
      const row = last && (await store.entryById(last));
      if (row?.author !== author) throw new UsageError('Cannot revoke log: expected the last entry of it that counts');
      const dialect = await own.dialect();
      const created = new Date(ports.clock.now()).toISOString();
      const statement = {
        ...{ dialect, log: fromHex(author, 32) ?? new Uint8Array(), identity: signer.key, created },
        head: formatId(dialect, 'entry', row.id),
      };
      const body = revocationBody(statement, await signer.sign(revocationMessage(statement)));
      const entry = await own.sign({ dialect, kind: REVOCATION_KIND, body }, []);
      await this.apply();
      return entry;
    },
  };
}
