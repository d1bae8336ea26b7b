import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Passage } from '../../core/transport.ts';
import { createDialling } from './dialling.ts';
import type { KnownPeer, KnownPeers } from './known-peers.ts';

const KEY = 'ab'.repeat(32);
const RELAYED = '/ip4/192.0.2.1/tcp/1/ws/p2p/R/p2p-circuit/p2p/K';
const STRAIGHT = '/ip4/192.0.2.1/tcp/1/ws/p2p/R/p2p-circuit/webrtc/p2p/K';
const PEER: KnownPeer = { key: KEY, identity: KEY, name: 'K', addresses: [RELAYED, STRAIGHT], seen: 0, skew: 0 };

/** A clock that the test turns; those of `up` answer when dialled. */
function stage(up: string[]) {
  const due: { ms: number; run: () => void }[] = [];
  const dialled: string[] = [];
  const paths: { address: string; transport: Passage }[] = [];
  const dialling = createDialling({
    clock: {
      now: () => 0,
      after(ms, run) {
        const timer = { ms, run };
        due.push(timer);
        return () => {
          if (due.includes(timer)) due.splice(due.indexOf(timer), 1);
        };
      },
    },
    random: () => Uint8Array.of(128),
    known: { get: () => PEER, all: () => [] as KnownPeer[] } as unknown as KnownPeers,
    canDial: () => true,
    pathsTo: () => paths,
    async dial(address) {
      dialled.push(address);
      if (!up.includes(address)) throw new Error('nobody');
      paths.push({ address, transport: address === STRAIGHT ? 'direct' : 'relayed' });
    },
  });
  /** Lets the next attempt begin, and end; how long it would have waited. Head starts are let go by. */
  const next = async (): Promise<number | undefined> => {
    await settled();
    const at = due.findIndex(({ ms }) => ms !== HEAD_START_MS);
    const [timer] = at < 0 ? [] : due.splice(at, 1);
    timer?.run();
    await settled();
    return timer?.ms;
  };
  return { dialling, dialled, paths, up, next };
}
const HEAD_START_MS = 1500;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who is reached through a relay alone is sought straight soon, and ever less often', async () => {
  const { dialling, dialled, up, next } = stage([RELAYED]);
  await dialling.now(KEY, { timeoutMs: 1e6 });
  await settled();
  assert.deepEqual(dialled.splice(0), [RELAYED, STRAIGHT]);
  const waits: (number | undefined)[] = [];
  for (let round = 0; round < 9; round++) waits.push(await next());
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.ok(dialled.every((address) => address === STRAIGHT));
  up.push(STRAIGHT);
  await next();
  assert.equal(await next(), undefined, 'a straight path is all that is looked for');
});

test('what was reached and is lost is tried again at once, however long the waits have grown', async () => {
  const { dialling, dialled, paths, next } = stage([RELAYED]);
  await dialling.now(KEY, { timeoutMs: 1e6 });
  for (let round = 0; round < 6; round++) await next();
  paths.length = 0;
  dialled.length = 0;
  dialling.lost(KEY);
  assert.equal(await next(), 500);
  assert.deepEqual(dialled, [RELAYED, STRAIGHT]);
});
