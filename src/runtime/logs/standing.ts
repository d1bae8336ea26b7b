/**
 * How authors stand here: blocked, forked, revoked, and entries that were refused for their signature, held in memory as they
 * are asked for at every entry. Forks keep their evidence: two signed entries at one depth, in records.
 */
import { fromUtf8, toHex } from '../../core/bytes.ts';
import type { Entry } from '../../core/log/entry.ts';
import { encodeFork, forkOf } from '../../core/log/fork.ts';
import type { StoreOp } from '../../core/ports.ts';
import type { ForkEvidence } from '../api-logs.ts';
import { authorName, depthKey } from './names.ts';
import type { LogPorts } from './ports.ts';

export type Standing = Awaited<ReturnType<typeof createStanding>>;

export const BLOCK = 'block';
const FORK = 'fork';
const REFUSED = 'refused-entry';
/** By author, the depth from which on nothing counts. */
const REVOKED = 'revoked';
const MOST_REFUSED = 10_000;
const PAGE = 1000;

export async function createStanding({ store, sha256 }: Pick<LogPorts, 'store' | 'sha256'>) {
  const blocked = new Set<string>();
  const forked = new Map<string, number>();
  const refused = new Set<string>();
  const revoked = new Map<string, number>();
  for await (const { key } of allRecords(store, BLOCK)) blocked.add(key);
  for await (const { key } of allRecords(store, REFUSED)) refused.add(key);
  for await (const { key, value } of allRecords(store, REVOKED)) revoked.set(key, Number(value));
  for await (const { key } of allRecords(store, FORK)) noteFork(forked, key.slice(0, 64), Number(key.slice(65)));

  return {
    isBlocked: (author: string) => blocked.has(author),
    setBlocked(author: string, is: boolean) {
      if (is) blocked.add(author);
      else blocked.delete(author);
    },
    blocked: (): readonly string[] => [...blocked].sort(),
    revokedFrom: (author: string): number | undefined => revoked.get(author),
    async revoke(author: string, from: number): Promise<void> {
      revoked.set(author, from);
      await store.commit([{ op: 'put', space: REVOKED, key: author, value: String(from) }]);
    },
    forkedAt: (author: string): number | undefined => forked.get(author),
    wasRefused: (id: Uint8Array): boolean => refused.size > 0 && refused.has(toHex(id)),
    /** Remembers what need not be checked again; a bounded number. */
    async refuse(id: Uint8Array): Promise<void> {
      if (refused.size >= MOST_REFUSED) return;
      refused.add(toHex(id));
      await store.commit([{ op: 'put', space: REFUSED, key: toHex(id), value: '' }]);
    },
    /** Both signatures have been checked. */
    async keepFork(a: Entry, b: Entry): Promise<void> {
      const proof = forkOf(sha256, a, b);
      if (proof === undefined) return;
      const author = toHex(a.key);
      const value = JSON.stringify({ dialect: a.dialect, proof: fromUtf8(encodeFork(proof)) });
      const op: StoreOp = { op: 'put', space: FORK, key: `${author}/${depthKey(a.depth)}`, value, ifAbsent: true };
      await store.commit([op]);
      noteFork(forked, author, a.depth);
    },
    async forks(): Promise<ForkEvidence[]> {
      const found: ForkEvidence[] = [];
      for await (const { key, value } of allRecords(store, FORK)) {
        const { dialect, proof } = JSON.parse(value);
        found.push({ author: authorName(dialect, key.slice(0, 64)), depth: Number(key.slice(65)), proof });
      }
      return found;
    },
  };
}

/** All records of a space, a page at a time; with a prefix, those whose keys start with it. */
export async function* allRecords(store: LogPorts['store'], space: string, prefix = '') {
  for (let after = prefix; ; ) {
    const page = await store.records(space, PAGE, after);
    for (const record of page) {
      if (!record.key.startsWith(prefix)) return;
      yield record;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.key;
  }
}

function noteFork(forked: Map<string, number>, author: string, depth: number): void {
  forked.set(author, Math.min(depth, forked.get(author) ?? depth));
}
