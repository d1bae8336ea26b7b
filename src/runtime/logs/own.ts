/**
 * The own log: entries are signed for the next depth and appended on that condition, so that of two writers one signs
 * again; an entry is on disk before anybody hears of it. A new log begins with the identity's certificate of its key.
 */
import { toHex, utf8 } from '../../core/bytes.ts';
import { StorageError, UsageError } from '../../core/errors.ts';
import { type Head, lipmaaTarget } from '../../core/log/chain.ts';
import { type Dialect, formatId, NONE } from '../../core/log/dialect.ts';
import { appendToDraft, type Draft, entryOfDraft, newDraft } from '../../core/log/draft.ts';
import { renderEntry, signedText } from '../../core/log/entry.ts';
import {
  CERTIFICATE_KIND,
  certificateBody,
  certificateMessage,
  type LogCertificate,
} from '../../core/log/ownership.ts';
import type { LogEntryRow, StoreOp } from '../../core/ports.ts';
import type { EntryBody } from '../api-logs.ts';
import { nameOps } from './blob-names.ts';
import { certifiedBy } from './certified.ts';
import { chunkDrafts } from './chunk-entries.ts';
import type { LogPorts } from './ports.ts';
import type { Standing } from './standing.ts';

const MOST_ATTEMPTS = 16;

export type OwnLog = ReturnType<typeof createOwnLog>;

export function createOwnLog(ports: LogPorts, standing: Standing, arrived: () => void) {
  const { store, logSigner, sha256 } = ports;
  const author = toHex(logSigner.key);
  let last: Promise<unknown> = Promise.resolve();

  const dialect = async (): Promise<Dialect> =>
    (await store.log(author))?.dialect ??
    ((await store.record('log-own', 'dialect')) as Dialect | undefined) ??
    ports.dialect ??
    '2020-06';

  /** Signs for the place after the head, and appends there: undefined where another writer was first. */
  const attempt = async (draft: Draft, also: readonly StoreOp[]): Promise<LogEntryRow | undefined> => {
    const log = await store.log(author);
    const head: Head | undefined = log && {
      ...{ dialect: log.dialect, depth: log.next - 1, id: formatId(log.dialect, 'entry', log.head) },
    };
    const depth = log?.next ?? 0;
    const unsigned = entryOfDraft(draft, logSigner.key, head, await lipmaaId(draft.dialect, depth));
    const entry = { ...unsigned, signature: await logSigner.sign(utf8(signedText(unsigned))) };
    const bytes = utf8(renderEntry(entry));
    const id = sha256(bytes);
    const received = ports.clock.now();
    const row = { author, depth, id, dialect: draft.dialect, kind: draft.kind, bytes, received, verified: true };
    const [outcome] = await store.commit([{ op: 'append', ...row }, ...nameOps(author, entry), ...also]);
    return outcome?.outcome === 'inserted' ? { ...row, arrival: outcome.arrival } : undefined;
  };
  const lipmaaId = async (of: Dialect, depth: number): Promise<string | undefined> => {
    const target = lipmaaTarget(of, depth);
    if (target === undefined) return undefined;
    const [row] = await store.entries(author, target, 1);
    return row && formatId(of, 'entry', row.id);
  };
  const write = async (draft: Draft, also: readonly StoreOp[] = []): Promise<LogEntryRow> => {
    const forkedAt = standing.forkedAt(author);
    if (forkedAt !== undefined) {
      throw new UsageError(
        `Cannot append: this log forked at depth ${forkedAt}, as another installation has its key; start a new log`,
      );
    }
    if (standing.revokedFrom(author) !== undefined) {
      throw new UsageError('Cannot append: this log was revoked by its identity; start a new log');
    }
    if ((await store.log(author)) === undefined && draft.kind !== CERTIFICATE_KIND) await certify(draft.dialect);
    for (const chunks of await chunkDrafts(ports, draft)) await appendAt(chunks, []);
    return appendAt(draft, also);
  };
  const appendAt = async (draft: Draft, also: readonly StoreOp[]): Promise<LogEntryRow> => {
    for (let tries = 0; tries < MOST_ATTEMPTS; tries++) {
      const row = await attempt(draft, also);
      if (row === undefined) continue;
      arrived();
      return row;
    }
    throw new StorageError('Cannot append: other writers of the same log were faster every time; try again');
  };
  const certify = async (of: Dialect): Promise<void> => {
    const { signer } = ports;
    if (signer === undefined) return;
    const created = new Date(ports.clock.now()).toISOString();
    const previous = await olderHead(signer.key, of);
    const certificate = { dialect: of, log: logSigner.key, identity: signer.key, created, previous };
    const body = certificateBody(certificate, await signer.sign(certificateMessage(certificate)));
    await attempt({ dialect: of, kind: CERTIFICATE_KIND, body }, []);
  };
  /** The head of the log that this identity wrote last elsewhere, if it has come here: a restored peer goes on from it. */
  const olderHead = async (identity: Uint8Array, of: Dialect): Promise<string> => {
    let latest: LogCertificate | undefined;
    for await (const certificate of certifiedBy(ports, new Set([toHex(identity)]))) {
      if (latest === undefined || latest.created < certificate.created) latest = certificate;
    }
    const log = latest && (await store.log(toHex(latest.log)));
    return log === undefined ? NONE : formatId(of, 'entry', log.head);
  };
  /** One after the other; a failure stops nobody else. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };

  return {
    author,
    dialect,
    /** Remembered until the first entry settles it for good. */
    async chooseDialect(of: Dialect): Promise<void> {
      await store.commit([{ op: 'put', space: 'log-own', key: 'dialect', value: of }]);
    },
    append: (kind: string, body: EntryBody): Promise<LogEntryRow> =>
      inTurn(async () => write(draftOf(await dialect(), kind, body))),
    /** With operations that happen in the same commit or not at all. */
    sign: (draft: Draft, also: readonly StoreOp[]): Promise<LogEntryRow> => inTurn(() => write(draft, also)),
    settled: async (): Promise<void> => {
      await last;
    },
  };
}

const draftOf = (dialect: Dialect, kind: string, body: EntryBody): Draft =>
  pairsOf(body).reduce((draft, [key, value]) => appendToDraft(draft, key, value), newDraft(dialect, kind));

const pairsOf = (body: EntryBody): readonly (readonly [string, string])[] =>
  Array.isArray(body) ? body : Object.entries(body as Readonly<Record<string, string>>);
