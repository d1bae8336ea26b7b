import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type PublishedKeep, startPublishedKeep } from '../../test/support/published-keep.ts';
import { concat } from '../core/bytes.ts';
import { signerFromSeed } from '../platform/node/crypto.ts';
import { sealPacket } from './client/packets.ts';
import { type AgentPacket, KeepClient, type KeepClientOptions, RemoteError, type Status } from './client.ts';

const signer = signerFromSeed(new Uint8Array(32).fill(9));

/** Against a server that behaves as the published one. */
async function stage(test: TestContext) {
  const server = await startPublishedKeep();
  test.after(() => server.close());
  return { server, client: clients(test, server) };
}

function clients(test: TestContext, { port }: PublishedKeep) {
  return (src: string, options: KeepClientOptions = {}): KeepClient => {
    const client = new KeepClient({ host: '127.0.0.1', port, src, ...options });
    test.after(() => client.close());
    return client;
  };
}

/** Answers all it hears. */
async function echo(client: KeepClient): Promise<void> {
  for await (const packet of client.listen()) await client.reply(packet, `you said: ${packet.body}`);
}

async function next(packets: AsyncIterator<AgentPacket>): Promise<AgentPacket> {
  const { value, done } = await packets.next();
  assert.ok(!done);
  return value;
}

describe('a client without a lasting connection', () => {
  it('gets the reply of the server itself, and signs anew with the same key', async (t) => {
    const { server, client } = await stage(t);
    const bob = client('bot:bob');
    assert.equal((await bob.send('hello', { id: 'one' }))?.body, 'done');
    assert.equal((await bob.send('again', { dst: '' }))?.id, server.packets[1]?.id);
    const keys = server.packets.map(({ pk }) => Buffer.from(pk).toString('hex'));
    assert.deepEqual(keys, [await bob.key(), await bob.key()]);
  });

  it('sends every field as it was given', async (t) => {
    const { server, client } = await stage(t);
    const scar = Uint8Array.of(0, 1, 255);
    await client('bot:bob').send('body', { typ: 1, id: 'x', src: 'bot:other', fee: 2n ** 64n - 1n, ttl: 7, scar });
    const { sig: _, pk: __, ...fields } = server.packets[0] ?? assert.fail();
    const expected = {
      typ: 1,
      id: 'x',
      src: 'bot:other',
      dst: 'server',
      body: 'body',
      fee: 2n ** 64n - 1n,
      ttl: 7,
      scar,
    };
    assert.deepEqual(fields, expected);
  });

  it('knows that a packet was handed on, though the server says nothing of it', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const heard = alice.listen();
    assert.deepEqual(await client('bot:bob').tell('bot:alice', 'psst'), { kind: 'delivered' });
    assert.equal((await next(heard)).body, 'psst');
    assert.equal(await client('bot:carol').send('psst', { dst: 'bot:alice' }), undefined);
    assert.equal((await next(heard)).src, 'bot:carol');
  });

  it('says that nobody bears the name', async (t) => {
    const { client } = await stage(t);
    const bob = client('bot:bob');
    assert.deepEqual(await bob.tell('bot:nobody', 'psst'), { kind: 'refused', error: 'offline' });
    assert.equal((await bob.send('psst', { dst: 'bot:nobody' }))?.body, 'error:offline');
    assert.deepEqual(await bob.ask('bot:nobody', 'psst'), { kind: 'refused', error: 'offline' });
  });

  it('names what it could not reach', async () => {
    const silent = createServer();
    await new Promise<void>((settle) => silent.listen(0, '127.0.0.1', settle));
    const { port } = silent.address() as { port: number };
    silent.close();
    await using bob = new KeepClient({ host: '127.0.0.1', port });
    const isNamed = (error: unknown) =>
      error instanceof RemoteError && /127.0.0.1:\d+: nothing listens/.test(error.message);
    await assert.rejects(bob.send('hello'), isNamed);
    await assert.rejects(bob.connect(), isNamed);
  });

  it('gives up when its caller does, and in time where nothing is answered', async (t) => {
    const mute = createServer((socket) => socket.resume());
    await new Promise<void>((settle) => mute.listen(0, '127.0.0.1', settle));
    t.after(() => mute.close());
    await using bob = new KeepClient({ host: '127.0.0.1', port: (mute.address() as { port: number }).port });
    const caller = new AbortController();
    const sending = bob.send('hello', { signal: caller.signal });
    caller.abort(new Error('never mind'));
    await assert.rejects(sending, /never mind/);
    await assert.rejects(bob.send('hello', { timeoutMs: 50 }), /nothing came within 0.05 s/);
  });
});

describe('discovery', () => {
  it('gives what the server says, and the names that are connected', async (t) => {
    const { client } = await stage(t);
    await client('bot:alice').connect();
    const bob = await client('bot:bob').connect();
    assert.deepEqual(await bob.discover(), { version: '0.5.0', agents_online: 2, uptime_sec: 0 });
    assert.deepEqual(await bob.discoverAgents(), ['bot:alice', 'bot:bob']);
    await assert.rejects(bob.discover('nonsense'), /expected a JSON object, got "error:unknown_discovery"/);
  });
});

describe('a lasting connection', () => {
  it('bears its name from the start, and hears what is sent to it, heartbeats left out', async (t) => {
    const { server, client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const heard = alice.listen();
    server.heartbeat();
    await client('bot:bob').tell('bot:alice', 'one');
    await client('bot:bob').tell('bot:alice', 'two');
    assert.deepEqual([(await next(heard)).body, (await next(heard)).body], ['one', 'two']);
  });

  it('keeps for its first listener what came before', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    for (const body of ['one', 'two']) await client('bot:bob').tell('bot:alice', body);
    const heard = alice.listen();
    assert.deepEqual([(await next(heard)).body, (await next(heard)).body], ['one', 'two']);
  });

  it('does not wait for what goes to others, as published', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const words = alice.listen({ withServer: true });
    assert.equal(await alice.send('psst', { dst: 'bot:nobody' }), undefined);
    assert.equal((await next(words)).body, 'error:offline');
    assert.equal((await alice.send('psst', { dst: 'bot:nobody', waitReply: true }))?.body, 'error:offline');
  });

  it('comes back by itself under its name, and an ask that was on its way is answered', async (t) => {
    const { server, client } = await stage(t);
    const states: Status['connection'][] = [];
    const alice = await client('bot:alice', { onStatus: ({ connection }) => void states.push(connection) }).connect();
    const heard = alice.listen();
    server.drop();
    const bob = client('bot:bob');
    const told = await untilKind(() => bob.tell('bot:alice', 'are you back?'), 'delivered');
    assert.deepEqual(told, { kind: 'delivered' });
    assert.equal((await next(heard)).body, 'are you back?');
    assert.deepEqual(states, ['connecting', 'online', 'offline', 'online']);
  });

  it('sends what the server answers itself once more on a new connection', async (t) => {
    const { server, client } = await stage(t);
    const alice = await client('bot:alice').connect();
    server.drop();
    assert.equal((await alice.send('hello'))?.body, 'done');
  });

  it('is not opened twice by two who ask for it at once', async (t) => {
    const { server, client } = await stage(t);
    const alice = client('bot:alice');
    await Promise.all([alice.connect(), alice.connect()]);
    assert.equal(server.packets.length, 1);
  });

  it('ends its listening when it is ended', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const heard = alice.listen();
    const waiting = heard.next();
    await alice.disconnect();
    assert.equal((await waiting).done, true);
    assert.equal(alice.status.connection, 'idle');
  });
});

/** What is being repaired elsewhere takes its time; each attempt waits for the server's answer. */
async function untilKind<T extends { kind: string }>(attempt: () => Promise<T>, kind: string): Promise<T> {
  for (;;) {
    const outcome = await attempt();
    if (outcome.kind === kind) return outcome;
  }
}

describe('an ask', () => {
  it('brings the packet that answers it, with the key that signed it', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    void echo(alice);
    const answer = await client('bot:bob').ask('bot:alice', 'hello');
    assert.ok(answer.kind === 'answer');
    assert.deepEqual(
      [answer.packet.body, answer.packet.typ, answer.packet.key],
      ['you said: hello', 1, await alice.key()],
    );
  });

  it('ends in silence at its deadline', async (t) => {
    const { client } = await stage(t);
    await client('bot:alice').connect();
    const answer = await client('bot:bob').ask('bot:alice', 'hello', { deadlineMs: 50 });
    assert.deepEqual(answer, { kind: 'silence', queued: false });
  });

  it('of many brings each answer until the deadline', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    void alice.listen(async (packet) => {
      for (const body of ['one', 'two']) await alice.reply(packet, body);
    });
    const bodies: string[] = [];
    for await (const { body } of client('bot:bob').askAll('bot:alice', 'say', { deadlineMs: 300 })) bodies.push(body);
    assert.deepEqual(bodies, ['one', 'two']);
  });
});

describe('what is heard', () => {
  it('is heard once, however often it is delivered', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const heard = alice.listen();
    const bob = client('bot:bob', { key: new Uint8Array(32).fill(7) });
    for (const body of ['one', 'one', 'two']) await bob.tell('bot:alice', body, { id: body });
    assert.deepEqual([(await next(heard)).body, (await next(heard)).body], ['one', 'two']);
  });

  it('is heard by every listener, and stops for one that stops', async (t) => {
    const { client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const [first, second] = [alice.listen(), alice.listen({ timeoutMs: 60_000 })];
    await client('bot:bob').tell('bot:alice', 'one');
    assert.deepEqual([(await next(first)).body, (await next(second)).body], ['one', 'one']);
    await first.return?.();
    assert.equal((await first.next()).done, true);
    await client('bot:bob').tell('bot:alice', 'two');
    assert.equal((await next(second)).body, 'two');
  });

  it('stays in the inbox of an installation, read once, over a restart', async (t) => {
    const { client } = await stage(t);
    const dataDir = mkdtempSync(join(tmpdir(), 'pipes-agent-'));
    t.after(() => rmSync(dataDir, { recursive: true, force: true }));
    const alice = await client('bot:alice', { dataDir }).connect();
    const heard = alice.listen();
    await client('bot:bob').tell('bot:alice', 'one');
    await next(heard);
    const key = await alice.key();
    await alice.close();
    const again = client('bot:alice', { dataDir });
    assert.equal(await again.key(), key);
    assert.deepEqual(
      (await again.takeInbox()).map(({ packet }) => packet.body),
      ['one'],
    );
    assert.deepEqual(await again.takeInbox(), []);
    assert.deepEqual(
      (await again.inbox()).map(({ packet }) => packet.src),
      ['bot:bob'],
    );
  });

  it('is acknowledged where it waited at the server, again where that was lost, and handed over once', async (t) => {
    const { server, client } = await stage(t);
    const alice = await client('bot:alice').connect();
    const heard = alice.listen();
    const sealed = await sealPacket({ src: 'bot:bob', dst: 'bot:alice', body: 'while you were away', id: 'x' }, signer);
    // What our server adds to a packet that it kept.
    const payload = concat(sealed.payload, Uint8Array.of(0xa0, 0x06, 1));
    server.hand('bot:alice', payload);
    const packet = await next(heard);
    assert.deepEqual([packet.body, packet.waited], ['while you were away', true]);
    const none = heard.next();
    const { body, id } = await server.heard('inbox:ack');
    assert.deepEqual([body, id], [packet.envelopeId, 'x']);
    server.hand('bot:alice', payload);
    await client('bot:carol').tell('bot:alice', 'live');
    assert.equal((await none).value?.body, 'live');
    await alice.send('after all that');
    assert.equal(server.packets.filter(({ dst }) => dst === 'inbox:ack').length, 2);
  });
});
