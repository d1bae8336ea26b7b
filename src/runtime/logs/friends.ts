/**
 * Whom one follows and blocks, and friends of friends. Following an identity follows every log that it certifies.
 * What is announced stands in the own log as entries of kind pipes.follow, pipes.unfollow and pipes.block, whose `peer`
 * names the author (spec/02-pigeon.md#friends); friends of friends are read from others' entries of these kinds.
 */
import { toHex } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { parseId } from '../../core/log/dialect.ts';
import type { StoreOp } from '../../core/ports.ts';
import type { FriendOptions, LogPeer } from '../api-logs.ts';
import { removeEntries } from './blob-names.ts';
import { certifiedBy, entriesOfKind } from './certified.ts';
import { authorKey, authorName, parsedRow } from './names.ts';
import type { OwnLog } from './own.ts';
import type { LogPorts } from './ports.ts';
import { allRecords, BLOCK, type Standing } from './standing.ts';

const FOLLOW = 'follow';
const KINDS = { follow: 'pipes.follow', unfollow: 'pipes.unfollow', block: 'pipes.block' } as const;
const MOST_PEERS = 10_000;

export type Friends = ReturnType<typeof createFriends>;

export function createFriends(ports: LogPorts, standing: Standing, own: OwnLog) {
  const { store } = ports;

  const checkOther = (author: string, kind: keyof typeof KINDS): void => {
    if (author === own.author) throw new UsageError(`Cannot ${kind} author: it is this installation's own log`);
  };
  const announce = async (author: string, kind: keyof typeof KINDS, options: FriendOptions): Promise<void> => {
    if (options.announce === true) await own.append(KINDS[kind], { peer: authorName(await own.dialect(), author) });
  };
  const change = async (author: string, kind: keyof typeof KINDS, options: FriendOptions, ops: StoreOp[]) => {
    checkOther(author, kind);
    await store.commit(ops);
    await announce(author, kind, options);
  };
  const followed = async (): Promise<string[]> => {
    const direct: string[] = [];
    for await (const { key } of allRecords(store, FOLLOW)) direct.push(key);
    return withLogs(direct);
  };
  /** The authors, and the logs that they certify as identities. */
  const withLogs = async (authors: readonly string[]): Promise<string[]> => {
    const all = new Set(authors);
    for await (const { log } of certifiedBy(ports, new Set(authors))) all.add(toHex(log));
    return [...all].filter((author) => !standing.isBlocked(author) && author !== own.author);
  };
  /** Whom an author says to follow: the last word on each counts. */
  const followedBy = async (author: string): Promise<string[]> => {
    const said = new Map<string, { depth: number; follows: boolean }>();
    for (const kind of Object.values(KINDS)) {
      for await (const row of entriesOfKind(ports, kind, { author })) {
        const { dialect, body } = parsedRow(row);
        const peer = parseId(dialect, 'identity', body.find(([key]) => key === 'peer')?.[1] ?? '');
        if (peer === undefined || row.depth < (said.get(toHex(peer))?.depth ?? 0)) continue;
        said.set(toHex(peer), { depth: row.depth, follows: kind === KINDS.follow });
      }
    }
    return [...said].filter(([, { follows }]) => follows).map(([peer]) => peer);
  };
  const within = async (distance: number): Promise<Map<string, number>> => {
    const found = new Map([[own.author, 0]]);
    let circle = distance < 1 ? [] : await followed();
    for (let at = 1; at <= distance && circle.length > 0; at++) {
      const fresh = circle.filter((author) => !found.has(author) && !standing.isBlocked(author));
      for (const author of fresh) if (found.size < MOST_PEERS) found.set(author, at);
      circle = at === distance ? [] : await withLogs((await Promise.all(fresh.map(followedBy))).flat());
    }
    return found;
  };

  return {
    async followed(distance = 1): Promise<string[]> {
      return [...(await within(distance)).keys()].filter((author) => author !== own.author);
    },
    follow: async (name: string, options: FriendOptions = {}): Promise<void> => {
      const key = authorKey(name);
      if (standing.isBlocked(key)) throw new UsageError('Cannot follow author: unblock it first');
      await change(key, 'follow', options, [{ op: 'put', space: FOLLOW, key, value: '{}' }]);
    },
    unfollow: async (name: string, options: FriendOptions = {}): Promise<void> => {
      const key = authorKey(name);
      await change(key, 'unfollow', options, [{ op: 'delete', space: FOLLOW, key }]);
    },
    block: async (name: string, options: FriendOptions = {}): Promise<void> => {
      const key = authorKey(name);
      checkOther(key, 'block');
      standing.setBlocked(key, true);
      const first: StoreOp[] = [
        { op: 'put', space: BLOCK, key, value: '{}' },
        { op: 'delete', space: FOLLOW, key },
      ];
      await removeEntries(store, key, 0, first);
      await announce(key, 'block', options);
    },
    unblock: async (name: string): Promise<void> => {
      const key = authorKey(name);
      await store.commit([{ op: 'delete', space: BLOCK, key }]);
      standing.setBlocked(key, false);
    },
    async peers(distance: number): Promise<LogPeer[]> {
      const dialect = await own.dialect();
      const near = [...(await within(distance))].map(([key, at]) => ({ key, distance: at, blocked: false }));
      const blocked = standing.blocked().map((key) => ({ key, distance: -1, blocked: true }));
      const all = [...near, ...blocked];
      return Promise.all(
        all.map(async (peer) => ({
          ...peer,
          author: authorName((await store.log(peer.key))?.dialect ?? dialect, peer.key),
        })),
      );
    },
  };
}
