/** Logs: signed, append-only, kept and carried for oneself and others (spec/02-pigeon.md). Puts the parts together. */
import type { LogInfo } from '../../core/ports.ts';
import type { ExportOptions, LogSummary, Logs } from '../api-logs.ts';
import { finishRemovals } from './blob-names.ts';
import { createLogBlobs, type LogBlobs } from './blobs.ts';
import { checkLog, createChecker } from './checking.ts';
import { createDrafts } from './drafts.ts';
import { authorsOf, exportEntries } from './exporting.ts';
import { createFiles } from './files.ts';
import { createFriends } from './friends.ts';
import { importEntries } from './importing.ts';
import { authorKey, authorName, entryHashOf, entryOfRow } from './names.ts';
import { createNews } from './news.ts';
import { createOwnLog, type OwnLog } from './own.ts';
import type { LogPorts } from './ports.ts';
import { createProving } from './proving.ts';
import { readEntries } from './reading.ts';
import { createRevoking } from './revoking.ts';
import { createStanding, type Standing } from './standing.ts';
import { takeFork } from './taking-forks.ts';

export interface LogsOfPeer extends Logs {
  readonly blobs: LogBlobs;
  readonly ownLog: OwnLog;
  readonly standing: Standing;
  /** Calls back when entries arrived, or an author's standing changed. Returns what ends that. */
  onNews(listener: () => void): () => void;
  /** Authors that are followed, to that distance (1 by default), certified logs included, by key. */
  followed(distance?: number): Promise<readonly string[]>;
  /** The logs (keys) that go along with an export, the own one last; `also` where `options` names none. */
  authorsOf(options: ExportOptions, also?: readonly string[]): Promise<readonly string[]>;
  /** Proof of a fork, from others: kept once its signatures are checked. */
  takeFork(bytes: Uint8Array): Promise<'kept' | 'known' | 'refused'>;
  /** Resolves when the background check has nothing left to do. */
  checked(): Promise<void>;
}

export async function createLogs(ports: LogPorts): Promise<LogsOfPeer> {
  const { store } = ports;
  const news = createNews();
  await finishRemovals(store);
  const standing = await createStanding(ports);
  const parts = { ports, standing, news, arrived: news.tell };
  const own = createOwnLog(ports, standing, news.tell);
  const blobs = createLogBlobs(ports, own);
  const friends = createFriends(ports, standing, own);
  const revoking = createRevoking(ports, standing, own);
  const proving = createProving(ports, standing);
  const checker = createChecker(parts);
  const exporting = { store, standing, own: own.author, followed: friends.followed };
  const running = new Set<Promise<unknown>>();
  checker.wake();
  if (ports.dialect !== undefined) await own.chooseDialect(ports.dialect);

  const summary = ({ author, dialect, next, verifiedThrough }: LogInfo): LogSummary => ({
    ...{ author: authorName(dialect, author), key: author, dialect, entries: next, verified: verifiedThrough + 1 },
    forkedAt: standing.forkedAt(author),
  });
  const begun = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  async function* list(): AsyncGenerator<LogSummary> {
    for (let after: string | undefined; ; ) {
      const logs = await store.logs(256, after);
      yield* logs.map(summary);
      if (logs.length < 256) return;
      after = logs.at(-1)?.author;
    }
  }

  return {
    blobs,
    ownLog: own,
    standing,
    onNews: news.on,
    files: createFiles(blobs, own),
    followed: friends.followed,
    checked: checker.settled,
    async own() {
      const log = await store.log(own.author);
      const dialect = await own.dialect();
      const empty = { author: own.author, dialect, next: 0, head: new Uint8Array(), verifiedThrough: -1 };
      return summary(log ?? empty);
    },
    append: async (kind, body) => entryOfRow(await begun(own.append(kind, body))),
    drafts: createDrafts(ports, own),
    entries: (query) => readEntries(parts, query),
    async entry(id) {
      const row = await store.entryById(entryHashOf(id));
      return row && entryOfRow(row);
    },
    list,
    verify: (author, options) => begun(checkLog(parts, authorKey(author), options)),
    prove: proving.certificate,
    checkCertificate: (bytes) => begun(proving.check(bytes)),
    fragments: proving.fragments,
    forks: standing.forks,
    follow: (author, options) => begun(friends.follow(author, options).finally(news.tell)),
    unfollow: (author, options) => begun(friends.unfollow(author, options).finally(news.tell)),
    block: (author, options) => begun(friends.block(author, options).finally(news.tell)),
    unblock: (author) => begun(friends.unblock(author)),
    peers: ({ distance = 1 } = {}) => friends.peers(distance),
    revoke: async (author, { head } = {}) => entryOfRow(await begun(revoking.revoke(author, head))),
    importEntries: (source, options) =>
      begun(
        importEntries(parts, source, options).finally(async () => {
          if (options?.trustHeads === true) checker.wake();
          if (options?.dryRun !== true) await revoking.apply();
          // A fork may have been found without an entry that arrived.
          if (options?.dryRun !== true) news.tell();
        }),
      ),
    exportEntries: (options) => exportEntries(exporting, options),
    authorsOf: (options, also) => authorsOf(exporting, options, also),
    takeFork: (bytes) =>
      begun(
        takeFork({ ...ports, standing }, bytes).then((outcome) => {
          if (outcome === 'kept') news.tell();
          return outcome;
        }),
      ),
    async close() {
      news.close();
      await checker.close();
      await Promise.allSettled(running);
      await own.settled();
    },
  };
}
