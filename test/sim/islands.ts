/**
 * Two islands whose peers are joined among themselves, and with those of the other island by nothing but sticks: real
 * peers (src/runtime) over memory. A seed decides who writes, who exports for whom, and what becomes of a stick on its
 * way: it is lost, cut short, an old one, or read twice. In the end one stick goes each way, and all must hold the same.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { decodeEnvelope } from '../../src/core/envelope/envelope.ts';
import type { BlobStore, Store } from '../../src/core/ports.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { createMemoryNetwork } from '../../src/platform/memory/transport.ts';
import { clock, sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import type { Peer } from '../../src/runtime/api.ts';
import { sealedFilesOf } from '../../src/runtime/sealed-files.ts';
import { makeLog } from '../logs/support.ts';
import { createMemoryPeer, impatient } from '../support/memory-peer.ts';
import { createMemorySticks, type StickPart } from '../support/memory-sticks.ts';
import type { Dice } from './world.ts';
import { createDice } from './world.ts';

interface Islander {
  readonly peer: Peer;
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Its own log's key. */
  readonly log: string;
}

type Island = readonly Islander[];

/** What a peer holds, in one form. */
export interface Holding {
  readonly envelopes: readonly string[];
  readonly profiles: readonly string[];
  readonly heads: readonly string[];
  readonly forks: readonly string[];
  readonly files: readonly string[];
}

export interface IslandsOutcome {
  /** One for all peers, once they hold the same. */
  readonly holding: Holding;
  /** That were said, anywhere. */
  readonly envelopes: number;
  /** Envelopes that were placed more than once, anywhere. */
  readonly twice: number;
}

const CHANNELS = ['main', 'garden'];
const EVENTS = 24;
const STEP_MS = 2;
const PATIENCE_MS = 20_000;
const noHttp = { request: () => Promise.reject(new Error('no relay here')), async *events() {} };

/** `most`: peers on each island, at most. */
export async function simulateIslands(seed: number, most = 2): Promise<IslandsOutcome> {
  const dice = createDice(seed);
  const { platform, sticks } = createMemorySticks();
  const net = createMemoryNetwork();
  const settling: Settling = { placed: new Map() };
  const island = (name: string, size: number): Promise<Island> =>
    Promise.all(Array.from({ length: size }, (_, i) => islander(`${name}${i}`, seed, net, platform, settling)));
  const islands = [await island('a', 1 + dice.below(most)), await island('b', 1 + dice.below(most))] as const;
  const all = islands.flat();
  try {
    for (const each of islands) await join(each);
    for (const { peer } of all) for (const { log } of all) if (peer.network.key !== log) await peer.logs.follow(log);
    const forked = dice.chance(0.5) ? await forkedLog(seed) : undefined;
    for (const { peer } of all) if (forked) await peer.logs.follow(forked.author);
    const carrier = carrying(dice, islands, sticks);
    let envelopes = 0;
    for (let i = 0; i < EVENTS; i++) {
      if (i === 3 && forked) await forked.given(islands);
      if (dice.chance(0.45)) await carrier.carry();
      else if ((await write(dice, dice.pick(all), `${i}`)) === 'envelope') envelopes++;
    }
    return { holding: await agreed(islands, carrier), envelopes, twice: twice(settling) };
  } finally {
    await Promise.all(all.map(({ peer }) => peer.close()));
  }
}

/** Plays it and looks at what came of it. */
export async function playIslands(seed: number, most?: number): Promise<void> {
  const again = `seed ${seed} (PIPES_SIM_SEED=${seed} plays it again)`;
  const { holding, twice, envelopes } = await simulateIslands(seed, most).catch((cause) => {
    throw new Error(again, { cause });
  });
  assert.equal(holding.envelopes.length, envelopes, `${again}: messages`);
  assert.equal(twice, 0, `${again}: placed more than once`);
}

interface Settling {
  /** By peer and placement, how often it was stored. */
  readonly placed: Map<string, number>;
}

const twice = ({ placed }: Settling): number => [...placed.values()].filter((times) => times > 1).length;

async function islander(
  name: string,
  seed: number,
  net: ReturnType<typeof createMemoryNetwork>,
  bundles: ReturnType<typeof createMemorySticks>['platform'],
  { placed }: Settling,
): Promise<Islander> {
  const own = sha256(utf8(`${name} of ${seed}`));
  const logSigner = signerFromSeed(sha256(own));
  const [kept, blobs] = [createMemoryStore({ clock }), createMemoryBlobs({ clock })];
  const store: typeof kept = {
    ...kept,
    async commit(batch) {
      const outcomes = await kept.commit(batch);
      for (const [i, op] of batch.entries()) {
        if (op.op !== 'place' || outcomes[i]?.outcome !== 'inserted') continue;
        const place = `${name} ${op.scope} ${toHex(op.id)}`;
        placed.set(place, (placed.get(place) ?? 0) + 1);
      }
      return outcomes;
    },
  };
  const transports = [net.transport(logSigner.key, { name: `${name}-${randomUUID()}` })];
  const more = { bundles, transports, logSigner };
  const peer = await createMemoryPeer({
    ...{ http: noHttp, seed: own, name, store, blobs, more, hurry: impatient },
  });
  for (const channel of CHANNELS) await peer.channel(channel).join();
  return { peer, store, blobs, log: toHex(logSigner.key) };
}

/** Each with the first. */
async function join(island: Island): Promise<void> {
  const [first, ...others] = island;
  for (const { peer } of others) await peer.connect((await first?.peer.ticket()) ?? '');
}

/** An entry, or a message. */
async function write(dice: Dice, { peer }: Islander, text: string): Promise<'entry' | 'envelope'> {
  if (dice.chance(0.2)) {
    await peer.logs.append('note', { text });
    return 'entry';
  }
  const files = dice.chance(0.2) ? [{ name: 'plan', type: '', bytes: utf8(`plan ${text}`) }] : [];
  await peer.channel(dice.pick(CHANNELS)).send(text, { files });
  return 'envelope';
}

/** An author with two heads, one for each island. */
async function forkedLog(seed: number) {
  const signer = signerFromSeed(sha256(utf8(`eve of ${seed}`)));
  const [one, other] = await Promise.all([
    makeLog(signer, 3),
    makeLog(signer, 4, { textOf: (n) => (n < 2 ? `"entry ${n}"` : `"other ${n}"`) }),
  ]);
  const give = ({ peer }: Islander, log: readonly string[]) => peer.logs.importEntries([utf8(`${log.join('\n\n')}\n`)]);
  return {
    author: toHex(signer.key),
    async given([here, there]: readonly [Island, Island]): Promise<void> {
      await give(here[0] as Islander, one);
      await give(there[0] as Islander, other);
    },
  };
}

/** Sticks on their way between the islands. */
function carrying(dice: Dice, islands: readonly [Island, Island], sticks: Map<string, readonly StickPart[]>) {
  const old: string[] = [];
  let count = 0;
  const write = async (from: Islander, to: Islander | undefined): Promise<string> => {
    const name = `stick ${count++}`;
    await from.peer.bundles.export(name, to && { for: to.log });
    return name;
  };
  const read = ({ peer }: Islander, name: string): Promise<unknown> => peer.bundles.import(name);
  return {
    async carry(): Promise<void> {
      const [here, there] = dice.chance(0.5) ? islands : [islands[1], islands[0]];
      const [from, to] = [dice.pick(here), dice.pick(there)];
      const name = await write(from, dice.chance(0.5) ? to : undefined);
      old.push(name);
      const fate = dice.below(5);
      // What lies on it depends on what has arrived by now; the other dice must not.
      const damage = createDice(dice.below(2 ** 31));
      if (fate === 0) return;
      const damaged = (sticks.get(name) ?? []).map((part) => cutShort(damage, part));
      if (fate === 1) sticks.set(name, damaged);
      await read(to, fate === 2 ? dice.pick(old) : name);
      if (fate === 3) await read(dice.pick(there), name);
    },
    /** Whole, and with all that is there. */
    async deliver(from: Islander, to: Islander): Promise<void> {
      await read(to, await write(from, undefined));
    },
  };
}

/** Entries end somewhere, and some blobs are missing or damaged. */
function cutShort(dice: Dice, { dialect, text, blobs }: StickPart): StickPart {
  const left = blobs.filter(() => dice.chance(0.6)).map((bytes) => (dice.chance(0.3) ? bytes.slice(1) : bytes));
  return { dialect, text: text.subarray(0, dice.below(text.length + 1)), blobs: left };
}

/** A stick each way, and once more where the way back brought what the other island has yet to hear. */
async function agreed(islands: readonly [Island, Island], carrier: ReturnType<typeof carrying>): Promise<Holding> {
  const [here, there] = islands;
  await settled(here);
  await settled(there);
  await carrier.deliver(here.at(-1) as Islander, there.at(-1) as Islander);
  await settled(there);
  await carrier.deliver(there[0] as Islander, here[0] as Islander);
  await settled(here);
  return settled(islands.flat());
}

/** Resolves once they hold the same. */
async function settled(island: Island): Promise<Holding> {
  const began = clock.now();
  for (;;) {
    const [first, ...others] = await Promise.all(island.map(holding));
    const different = others.find((other) => JSON.stringify(other) !== JSON.stringify(first));
    if (first !== undefined && different === undefined) return first;
    if (clock.now() - began > PATIENCE_MS) throw new Error(difference(first, different));
    await pause(STEP_MS);
  }
}

async function holding({ peer, store, blobs }: Islander): Promise<Holding> {
  const [envelopes, files] = [[] as string[], [] as string[]];
  for (const channel of CHANNELS) {
    for (const { id, envelope } of await store.arrivals(`channel:${channel}`, 0, 1000)) {
      envelopes.push(`${channel}/${toHex(id)}`);
      for (const hash of sealedFilesOf(decodeEnvelope(envelope))) {
        if ((await blobs.size(hash)) !== undefined) files.push(hash);
      }
    }
  }
  const logs = await store.logs(100);
  const profiles = await store.records('profile', 100);
  const forks = await peer.logs.forks();
  const forked = new Set(forks.map(({ author }) => author));
  const shown = await Array.fromAsync(peer.logs.list());
  return {
    envelopes: envelopes.sort(),
    profiles: profiles.map(({ key, value }) => `${key} ${JSON.parse(value).version}`).sort(),
    heads: logs
      .filter(({ author }) => !shown.some(({ key, author: name }) => key === author && forked.has(name)))
      .map(({ author, next, head }) => `${author} ${next} ${toHex(head)}`)
      .sort(),
    forks: forks.map(({ author, depth }) => `${author} ${depth}`).sort(),
    files: files.sort(),
  };
}

function difference(one: Holding | undefined, other: Holding | undefined): string {
  const lines = (['envelopes', 'profiles', 'heads', 'forks', 'files'] as const).flatMap((part) => {
    const [here, there] = [one?.[part] ?? [], other?.[part] ?? []];
    const lacks = there.filter((each) => !here.includes(each));
    const extra = here.filter((each) => !there.includes(each));
    return lacks.length + extra.length === 0
      ? []
      : [`${part}: lacks ${lacks.join(', ')}; has beside ${extra.join(', ')}`];
  });
  return `They do not agree: ${lines.join('\n')}`;
}
