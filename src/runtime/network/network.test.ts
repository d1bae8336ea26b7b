import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { RemoteError } from '../../core/errors.ts';
import type { Http } from '../../core/ports.ts';
import { decodeTicket, encodeTicket, type Ticket } from '../../core/ticket.ts';
import type { Transport } from '../../core/transport.ts';
import { createMemoryBlobs } from '../../platform/memory/blobs.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/transport.ts';
import { agreementFromSeed, ciphers, clock, random, sha256, signerFromSeed } from '../../platform/node/crypto.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import type { Peer, Share } from '../api.ts';
import { createLogs } from '../logs/logs.ts';
import { createPeer } from '../peer/peer.ts';

const noHttp: Http = {
  request: () => Promise.reject(new RemoteError('no relay here')),
  events: () => assert.fail('no relay here'),
};

interface Made {
  readonly peer: Peer;
  readonly transport: Transport;
}

async function make(t: TestContext, net: MemoryNetwork, name: string, share: Share = {}): Promise<Made> {
  const seed = random(32);
  const logSigner = signerFromSeed(random(32));
  const transport = net.transport(logSigner.key, { name: `${name}-${randomUUID()}` });
  const verifier = createVerifier();
  const peer = await createPeer(
    {
      ...{ store: createMemoryStore({ clock }), blobs: createMemoryBlobs({ clock }), verifier },
      ...{
        signer: signerFromSeed(seed),
        agreement: agreementFromSeed(seed),
        logSigner,
        transports: [transport],
        share,
      },
      ...{ ciphers, sha256, random, clock, http: noHttp, uuid: randomUUID, release: verifier.close },
      onError: (error) => t.diagnostic(String(error)),
    },
    { name },
  );
  t.after(() => peer.close());
  return { peer, transport };
}

/** Resolves once it holds; checked whenever `on` says that something changed. */
const until = (holds: () => boolean | Promise<boolean>, on: (look: () => void) => () => void): Promise<void> =>
  new Promise((resolve) => {
    const look = async (): Promise<void> => {
      if (!(await holds())) return;
      stop();
      resolve();
    };
    const stop = on(() => void look());
    void look();
  });

const texts = async (peer: Peer, channel = 'main'): Promise<(string | undefined)[]> =>
  (await peer.channel(channel).messages()).map(({ text }) => text).sort();

const hasTexts = (peer: Peer, count: number): Promise<void> =>
  until(
    async () => (await texts(peer)).filter((text) => text !== undefined).length >= count,
    (look) => peer.channel('main').on('message', look),
  );

test('two peers joined by a ticket share what was said before and after', async (t) => {
  const net = createMemoryNetwork();
  const [ann, ben] = [await make(t, net, 'Ann'), await make(t, net, 'Ben')];
  await ann.peer.channel('main').join();
  await ben.peer.channel('main').join();
  await ben.peer.connect(await ann.peer.ticket());
  await until(
    async () =>
      (await ann.peer.channel('main').members()).length === 2 &&
      (await ben.peer.channel('main').members()).length === 2,
    (look) => {
      const stops = [ann, ben].map(({ peer }) => peer.channel('main').on('members', look));
      return () => stops.forEach((stop) => void stop());
    },
  );
  await ann.peer.channel('main').send('hello from Ann');
  await ben.peer.channel('main').send('hello from Ben');
  await Promise.all([hasTexts(ann.peer, 2), hasTexts(ben.peer, 2)]);
  assert.deepEqual(await texts(ann.peer), ['hello from Ann', 'hello from Ben']);
  assert.deepEqual(await texts(ben.peer), ['hello from Ann', 'hello from Ben']);
  const [seen] = ann.peer.peers();
  assert.deepEqual([seen?.name, seen?.isConnected, seen?.identity], ['Ben', true, ben.peer.identity.key]);
});

const direct = (peer: Peer, on: 'first' | number = 'first'): Promise<{ from: string; text: string }[]> =>
  new Promise((resolve) => {
    const heard: { from: string; text: string }[] = [];
    peer.onMessage(({ from, bytes }) => {
      heard.push({ from, text: new TextDecoder().decode(bytes) });
      if (heard.length === (on === 'first' ? 1 : on)) resolve(heard);
    });
  });

async function joined(
  t: TestContext,
  net = createMemoryNetwork(),
): Promise<{ net: MemoryNetwork; ann: Made; ben: Made }> {
  const [ann, ben] = [await make(t, net, 'Ann'), await make(t, net, 'Ben')];
  await ben.peer.connect(await ann.peer.ticket());
  await Promise.all([ann.peer.network.settled(), ben.peer.network.settled()]);
  return { net, ann, ben };
}

test('a direct message reaches its recipient once, sealed, and its sender hears that it did', async (t) => {
  const { ann, ben } = await joined(t);
  const heard = direct(ben.peer);
  const sent = await ann.peer.send(ben.peer.identity.key, new TextEncoder().encode('psst'));
  assert.deepEqual(await heard, [{ from: ann.peer.identity.key, text: 'psst' }]);
  await sent.delivered;
});

test('a direct message can be sent as soon as a peer of theirs is met', async (t) => {
  const net = createMemoryNetwork();
  const [ann, ben] = [await make(t, net, 'Ann'), await make(t, net, 'Ben')];
  const heard = direct(ann.peer);
  const met = await ben.peer.connect(await ann.peer.ticket());
  await ben.peer.send(met.identity, new TextEncoder().encode('at once'));
  assert.deepEqual(
    (await heard).map(({ text }) => text),
    ['at once'],
  );
});

test('a direct message that was sent while they were apart comes when they meet again', async (t) => {
  const { net, ann, ben } = await joined(t);
  net.cut(ann.transport, ben.transport);
  const sent = await ann.peer.send(ben.peer.identity.key, new TextEncoder().encode('later'));
  const heard = direct(ben.peer);
  net.heal(ann.transport, ben.transport);
  assert.deepEqual(
    (await heard).map(({ text }) => text),
    ['later'],
  );
  await sent.delivered;
});

test('nobody can be written to whom nothing is known of', async (t) => {
  const { ann } = await joined(t);
  await assert.rejects(ann.peer.send('00'.repeat(32), new Uint8Array(1)), /nobody by the key .* is known here/);
  await assert.rejects(
    ann.peer.send('00'.repeat(32), new Uint8Array(60_001)),
    /put a file and send its id, or open a pipe/,
  );
});

test('a pipe carries bytes both ways to the identity that was asked for', async (t) => {
  const { ann, ben } = await joined(t);
  ben.peer.onPipe('echo/1', (pipe) => void pipe.readable.pipeTo(pipe.writable));
  const pipe = await ann.peer.pipe(ben.peer.identity.key, 'echo/1').catch((error) => assert.fail(error));
  assert.equal(pipe.identity, ben.peer.identity.key);
  const writer = pipe.writable.getWriter();
  const sent = random(300_000);
  void writer.write(sent).then(() => writer.close());
  const got: Uint8Array[] = [];
  for await (const piece of pipe.readable as unknown as AsyncIterable<Uint8Array>) got.push(piece);
  assert.deepEqual(Buffer.concat(got), Buffer.from(sent));
  await assert.rejects(ann.peer.pipe(ben.peer.identity.key, 'other/1'), /nobody here takes pipes of other\/1/);
});

test('a file of many chunks is fetched by its id alone, with progress', async (t) => {
  const { ann, ben } = await joined(t);
  const bytes = random(2_000_000);
  const { id, size } = await ann.peer.put([bytes]);
  assert.equal(size, bytes.length);
  const got: Uint8Array[] = [];
  let last = 0;
  const onProgress = (now: { bytes: number }): void => {
    last = now.bytes;
  };
  for await (const piece of ben.peer.get(id, { onProgress })) got.push(piece);
  assert.deepEqual(Buffer.concat(got), Buffer.from(bytes));
  assert.equal(last, bytes.length);
  const nobody = ben.peer.get('11'.repeat(32))[Symbol.asyncIterator]();
  await assert.rejects(nobody.next(), /nobody who is connected has it/);
});

test('logs, with the files that they name, come along, and live entries follow', async (t) => {
  const net = createMemoryNetwork();
  const [ann, ben] = [await make(t, net, 'Ann'), await make(t, net, 'Ben')];
  const { id } = await ann.peer.put([random(500_000)]);
  await ann.peer.logs.append('photo', { file: id });
  await ben.peer.connect(await ann.peer.ticket());
  await ben.peer.network.settled();
  const { key } = await ann.peer.logs.own();
  const read = async (): Promise<string[]> => {
    const kinds: string[] = [];
    for await (const { kind } of ben.peer.logs.entries({ author: key })) kinds.push(kind);
    return kinds;
  };
  assert.ok((await read()).includes('photo'));
  await ann.peer.logs.append('note', { text: '"live"' });
  for await (const { kind } of ben.peer.logs.entries({ author: key, live: true })) if (kind === 'note') break;
  const file = await ben.peer.logs.files.find(id);
  assert.equal(file?.size, 500_000);
});

const authorsOf = async ({ peer }: Made): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of peer.logs.list()) keys.push(key);
  return keys.sort();
};

/** Those of whom there is more than the certificate. */
const readBy = async ({ peer }: Made): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key, entries } of peer.logs.list()) if (entries > 1) keys.push(key);
  return keys.sort();
};

const keyOf = async ({ peer }: Made): Promise<string> => (await peer.logs.own()).key;

test('who wants followed logs alone is given these, others as soon as they are followed too', async (t) => {
  const net = createMemoryNetwork();
  const [hub, ann, eve] = [await make(t, net, 'Hub'), await make(t, net, 'Ann'), await make(t, net, 'Eve')];
  for (const each of [hub, ann, eve]) await each.peer.logs.append('note', { text: '"mine"' });
  for (const each of [ann, eve]) await each.peer.connect(await hub.peer.ticket());
  await hub.peer.network.settled();
  const ben = await make(t, net, 'Ben', { logs: 'followed' });
  await ben.peer.logs.follow(await keyOf(ann));
  await ben.peer.connect(await hub.peer.ticket());
  const comes = async (author: Made): Promise<void> => {
    const key = await keyOf(author);
    for await (const entry of ben.peer.logs.entries({ live: true })) if (entry.key === key && entry.depth === 1) return;
  };
  await comes(ann);
  await ben.peer.network.settled();
  assert.deepEqual(await readBy(ben), [await keyOf(ann)]);
  await ben.peer.logs.follow(await keyOf(eve));
  await comes(eve);
  assert.deepEqual(await readBy(ben), [await keyOf(ann), await keyOf(eve)].sort());
});

test('who wants certificates alone is given these, and an identity that is followed brings its logs', async (t) => {
  const net = createMemoryNetwork();
  const [hub, ann] = [await make(t, net, 'Hub'), await make(t, net, 'Ann')];
  for (const each of [hub, ann])
    for (const text of ['one', 'two']) await each.peer.logs.append('note', { text: `"${text}"` });
  await ann.peer.connect(await hub.peer.ticket());
  await hub.peer.network.settled();
  const eve = await make(t, net, 'Eve', { logs: 'certificates' });
  await eve.peer.connect(await hub.peer.ticket());
  await eve.peer.network.settled();
  for await (const { entries } of eve.peer.logs.list()) assert.equal(entries, 1);
  assert.deepEqual(await authorsOf(eve), [await keyOf(hub), await keyOf(ann)].sort());

  const ben = await make(t, net, 'Ben', { logs: 'followed' });
  await ben.peer.logs.follow(ann.peer.identity.key);
  await ben.peer.connect(await hub.peer.ticket());
  for await (const { key, depth } of ben.peer.logs.entries({ live: true })) {
    if (key === (await keyOf(ann)) && depth === 2) break;
  }
});

test('a log that went two ways is found out, and everybody hears of it', async (t) => {
  const net = createMemoryNetwork();
  const [ann, ben, cem] = [await make(t, net, 'Ann'), await make(t, net, 'Ben'), await make(t, net, 'Cem')];
  const [one, other] = await twoBranches();
  await ann.peer.logs.importEntries([one]);
  await ben.peer.logs.importEntries([other]);
  for (const each of [ann, ben]) await cem.peer.connect(await each.peer.ticket());
  for (const { peer } of [ann, ben, cem]) {
    await until(
      // Where both branches are read whole, each depth at which they differ is a proof.
      async () => (await peer.logs.forks()).length > 0,
      (look) => {
        const timer = setInterval(look, 10);
        return () => clearInterval(timer);
      },
    );
  }
  const [fork] = await cem.peer.logs.forks();
  assert.ok(fork !== undefined && fork.depth >= 3);
});

test('who was not invited is let in by neither side, and told why', async (t) => {
  const net = createMemoryNetwork();
  const [ann, eve] = [await make(t, net, 'Ann'), await make(t, net, 'Eve')];
  const ticket = await ann.peer.ticket();
  const bare = encodeTicket(sha256, { ...withoutInvitation(decodeTicket(sha256, ticket)), name: '' });
  await assert.rejects(eve.peer.connect(bare, { timeoutMs: 5000 }), /not invited, or the ticket is too old/);
  assert.deepEqual(ann.peer.peers(), []);
});

test('a link that breaks is made again, and what was said meanwhile comes', async (t) => {
  const { net, ann, ben } = await joined(t);
  for (const { peer } of [ann, ben]) await peer.channel('main').join();
  net.cut(ann.transport, ben.transport);
  await ann.peer.channel('main').send('while apart');
  net.heal(ann.transport, ben.transport);
  const arrived = new Promise<void>((resolve) => {
    const look = async () => (await ben.peer.channel('main').messages()).length > 0 && resolve();
    ben.peer.channel('main').on('message', () => void look());
    void look();
  });
  await arrived;
});

const withoutInvitation = ({ invitation: _, ...ticket }: Ticket): Ticket => ticket;

/** One author's log, the same up to depth 2, with other entries from there on. */
async function twoBranches(): Promise<[Uint8Array, Uint8Array]> {
  const seed = random(32);
  const branch = async (last: string): Promise<Uint8Array> => {
    const store = createMemoryStore({ clock });
    const verifier = createVerifier();
    const blobs = createMemoryBlobs({ clock });
    const logs = await createLogs({ store, blobs, verifier, sha256, clock, logSigner: signerFromSeed(seed) });
    for (const text of ['a', 'b', 'c', last, last]) await logs.append('note', { text: `"${text}"` });
    const pieces: Uint8Array[] = [];
    for await (const piece of logs.exportEntries()) pieces.push(piece);
    await logs.close();
    await verifier.close();
    return Buffer.concat(pieces);
  };
  return [await branch('one'), await branch('other')];
}
