import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { type StandIn, startStandIn } from '../../test/compat/published-relay.ts';
import { RemoteError, UsageError } from '../core/errors.ts';
import { PiperClient, type PiperClientOptions, parseCellFile, type ReceivedMessage } from './client.ts';
import { nodePorts } from './ports.ts';

let relay: StandIn;
let channel: string;
let channels = 0;
const clients: PiperClient[] = [];

before(async () => {
  relay = await startStandIn();
});
beforeEach(() => {
  channel = `room-${channels++}`;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
after(() => relay.close());

function newClient(options: PiperClientOptions = {}): PiperClient {
  const client = new PiperClient({ url: relay.url, channel, onProblem: () => {}, ...options }, impatientPorts());
  clients.push(client);
  return client;
}

/** Waits that take a hundredth of their time. */
function impatientPorts() {
  const ports = nodePorts();
  return {
    ...ports,
    clock: { ...ports.clock, after: (ms: number, task: () => void) => ports.clock.after(ms / 100, task) },
  };
}

/** Collects what a client receives; `next(n)` waits for n messages in all. */
function listen(client: PiperClient) {
  const messages: ReceivedMessage[] = [];
  let wake = () => {};
  client.subscribe((message) => {
    messages.push(message);
    wake();
  });
  const next = async (count: number): Promise<ReceivedMessage[]> => {
    while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return messages;
  };
  return { messages, next };
}

const contents = (messages: readonly ReceivedMessage[]) => messages.map(({ content }) => content);
const file = { filename: 'a.txt', mime_type: 'text/plain', content_b64: btoa('hello') };

describe('a client without keys', () => {
  it('sends unsigned messages, which another client receives as such', async () => {
    const [sender, reader] = [newClient({ author: 'ann' }), newClient({ author: 'bob' })];
    const { next } = listen(reader);
    await reader.ready();
    const stored = await sender.send('hello');
    const [message] = await next(1);
    assert.deepEqual([stored.version, message?.id, message?.author], ['1.0', stored.id, 'ann']);
    assert.deepEqual([message?.verified, message?.unsigned, message?.problem], [false, true, undefined]);
    assert.deepEqual([sender.canSignV11, sender.canEncryptV12], [false, false]);
  });

  it('says which keys sealing needs', async () => {
    await assert.rejects(newClient().sendEncrypted('x'), { name: 'UsageError', message: /x25519PrivHex/ });
    await assert.rejects(newClient().sendViaMailbox('x'), UsageError);
    await assert.rejects(newClient().pullFromMailbox(), UsageError);
    const { x25519PrivHex, x25519PubHex, ...signing } = PiperClient.generateKeys();
    const signer = newClient(signing);
    assert.deepEqual([signer.canSignV11, signer.canEncryptV12], [true, false]);
    await assert.rejects(signer.sendEncrypted('x'), /got no x25519PrivHex;/);
  });

  it('refuses attachments, which unsigned messages cannot carry', async () => {
    await assert.rejects(newClient().send('x', channel, [file]), UsageError);
  });
});

describe('a client with keys', () => {
  it('signs, and what it signed verifies though the relay overwrote prev', async () => {
    const [sender, reader] = [newClient(PiperClient.generateKeys()), newClient()];
    for (const content of ['one', 'two', '<b>three</b> ☕']) await sender.send(content);
    const history = await reader.history();
    assert.deepEqual(contents(history), ['one', 'two', '<b>three</b> ☕']);
    assert.notEqual(history[2]?.prev, null);
    assert.deepEqual(
      history.map(({ verified }) => verified),
      [true, true, true],
    );
  });

  it('delivers what was tampered with as not verified, saying why', async () => {
    const sender = newClient(PiperClient.generateKeys());
    const stored = await sender.send('honest');
    const { dot1Short, pubkey, ...body } = stored as unknown as Record<string, unknown>;
    await raw({ ...body, content: 'forged' });
    const [, forged] = await sender.history();
    assert.equal(forged?.verified, false);
    assert.match(forged?.problem ?? '', /signature/);
  });

  it('does not verify a message that was written for another channel', async () => {
    const stored = await newClient(PiperClient.generateKeys()).send('here', `${channel}-other`);
    await raw({ ...stored, channel });
    const [moved] = await newClient().history();
    assert.deepEqual([moved?.content, moved?.verified], ['here', false]);
  });

  it('takes a derivable dot1 from nobody but the key that it derives from', async () => {
    const [owner, thief] = [PiperClient.generateKeys(), PiperClient.generateKeys()];
    await newClient({ ...thief, dot1: owner.dot1 }).send('I was first');
    await newClient(owner).send('but it is mine');
    const reader = newClient();
    const [first, second] = await reader.history();
    assert.deepEqual([first?.verified, second?.verified], [true, true], 'nobody can know before the owner has spoken');
    for (const knowing of [reader, newClient(owner)]) {
      const [again] = await knowing.history();
      assert.deepEqual([again?.verified, again?.problem], [false, 'its dot1 belongs to another key']);
    }
  });

  it('attaches files with sizes and hashes of their contents', async () => {
    const stored = await newClient(PiperClient.generateKeys()).send('see', channel, [file]);
    assert.deepEqual(stored.attachments?.[0]?.size_bytes, 5);
    const [message] = await newClient().history();
    assert.equal(message?.verified, true);
    assert.equal(message?.attachments?.[0]?.sha256, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    const bad = [
      { ...file, size_bytes: 6 },
      { ...file, sha256: 'f'.repeat(64) },
      { ...file, content_b64: 'no!' },
      null,
    ];
    for (const item of bad) {
      const refused = newClient(PiperClient.generateKeys()).send('x', channel, [item as typeof file]);
      await assert.rejects(refused, UsageError);
    }
  });
});

describe('sealing through a relay that knows no profiles', () => {
  it('seals to registered recipients and to the sender, and to nobody else', async () => {
    const [ann, bob, eve] = [PiperClient.generateKeys(), PiperClient.generateKeys(), PiperClient.generateKeys()];
    const sender = newClient({ ...ann, includeOwn: true });
    await newClient(eve).sendEncrypted('eve is a member by her sealed message');
    sender.addRoomRecipient(channel, bob);
    const stored = await sender.sendEncrypted('for bob');
    assert.deepEqual(stored.wraps?.map((wrap) => wrap.recipient_dot1).sort(), [ann.dot1, bob.dot1].sort());
    assert.equal(JSON.stringify(stored).includes('for bob'), false);
    const seen = async (keys: PiperClientOptions) => (await newClient(keys).history()).at(-1);
    assert.deepEqual(pick(await seen(bob)), ['for bob', true, true]);
    assert.deepEqual(pick(await seen(ann)), ['for bob', true, true]);
    const closed = await seen(eve);
    assert.deepEqual([closed?.verified, closed?.decrypted], [true, false]);
    assert.match(closed?.problem ?? '', /not sealed to this client/);
    assert.notEqual(closed?.content, 'for bob');
  });

  it('seals to whoever sealed a message in the channel where no recipient is registered', async () => {
    const [ann, bob] = [newClient(PiperClient.generateKeys()), newClient(PiperClient.generateKeys())];
    await ann.sendEncrypted('anybody here?');
    await bob.sendEncrypted('yes');
    const [, answer] = await ann.history();
    assert.deepEqual(pick(answer), ['yes', true, true]);
  });

  it('never seals to a removed recipient, member or not', async () => {
    const [ann, bob] = [PiperClient.generateKeys(), PiperClient.generateKeys()];
    const sender = newClient(ann);
    await newClient(bob).sendEncrypted('hello');
    sender.addRoomRecipient(channel, bob);
    sender.removeRoomRecipient(channel, bob.dot1);
    const stored = await sender.sendEncrypted('not for bob');
    assert.deepEqual(
      stored.wraps?.map((wrap) => wrap.recipient_dot1),
      [ann.dot1],
    );
  });

  it('says that a sealed file needs a relay that keeps blobs', async () => {
    const sent = newClient(PiperClient.generateKeys()).sendEncrypted('see', channel, [file]);
    await assert.rejects(sent, (error) => error instanceof RemoteError && error.status === 404);
  });

  it('says so when a seal was damaged', async () => {
    const keys = PiperClient.generateKeys();
    const stored = await newClient(keys).sendEncrypted('x');
    await raw({ ...stored, cipher_body: stored.cipher_body?.replace(/^..../, 'AAAA') });
    const [, damaged] = await newClient(keys).history();
    assert.deepEqual([damaged?.verified, damaged?.decrypted], [false, false]);
  });

  it('refuses malformed recipients', () => {
    const client = newClient();
    for (const [dot1, x25519PubHex] of [
      ['bob', 'a'.repeat(64)],
      ['dot1:0123456789abcdef', 'zz'],
    ]) {
      assert.throws(() => client.addRoomRecipient(channel, { dot1, x25519PubHex } as never), UsageError);
    }
  });
});

describe('subscriptions', () => {
  it('deliver what comes from now on, not what was there, and own messages only when asked', async () => {
    const keys = PiperClient.generateKeys();
    const [silent, chatty, other] = [
      newClient(keys),
      newClient({ ...keys, includeOwn: true }),
      newClient({ author: 'o' }),
    ];
    await other.send('before');
    const [one, two] = [listen(silent), listen(chatty)];
    await Promise.all([silent.ready(), chatty.ready()]);
    await silent.send('mine');
    await other.send('after');
    assert.deepEqual(contents(await two.next(2)), ['mine', 'after']);
    assert.deepEqual(contents(await one.next(1)), ['after']);
  });

  it('lose and repeat nothing when the connection is cut, though the relay gives no ids', async () => {
    const reader = newClient({ author: 'reader' });
    const sender = newClient(PiperClient.generateKeys());
    const { messages, next } = listen(reader);
    await reader.ready();
    for (let i = 0; i < 130; i++) {
      await sender.send(`message ${i}`);
      if (i === 10 || i === 60) relay.cut();
    }
    await next(130);
    assert.deepEqual(contents(messages).toSorted(), Array.from({ length: 130 }, (_, i) => `message ${i}`).toSorted());
  });

  it('end when unsubscribed, closed or aborted, and leave no stream behind', async () => {
    const client = newClient();
    const controller = new AbortController();
    const unsubscribe = client.subscribe(() => {});
    client.subscribe(() => {}, { signal: controller.signal });
    client.subscribe(() => {}, { channel: `${channel}-b` });
    await newClient().send('so that published headers come');
    await newClient().send('here too', `${channel}-b`);
    await client.ready();
    unsubscribe();
    controller.abort();
    client.close();
    for (let open = 1; open > 0; open = relay.streams()) await new Promise(setImmediate);
    assert.throws(() => client.subscribe(() => {}), UsageError);
  });

  it('survive a handler that throws, and tell onProblem', async () => {
    const problems: Error[] = [];
    const reader = newClient({ author: 'reader', onProblem: (problem) => problems.push(problem) });
    reader.subscribe(() => assert.fail('thrown at once'));
    reader.subscribe(async () => assert.fail('thrown later'));
    const { next } = listen(reader);
    await reader.ready();
    await newClient().send('one');
    await newClient().send('two');
    await next(2);
    await new Promise(setImmediate);
    assert.equal(problems.length, 4);
  });

  it('tell onProblem once per outage and go on when the relay is back', async () => {
    const gone = await startStandIn();
    await gone.close();
    const { promise: told, resolve: tell } = Promise.withResolvers<Error>();
    const problems: Error[] = [];
    const client = newClient({
      url: gone.url,
      author: 'reader',
      onProblem: (problem) => tell(problem) ?? problems.push(problem),
    });
    const { next } = listen(client);
    assert.match((await told).message, /connection refused; start the relay/);
    const back = await startStandIn(Number(new URL(gone.url).port));
    try {
      await client.ready();
      await newClient({ url: gone.url }).send('I am back');
      assert.deepEqual(contents(await next(1)), ['I am back']);
      assert.equal(problems.length, 1);
    } finally {
      client.close();
      await back.close();
    }
  });
});

describe('async iteration', () => {
  it('yields messages until the loop is left', async () => {
    const reader = newClient({ author: 'reader' });
    const received: string[] = [];
    const messages = reader.messages();
    await reader.ready();
    const sender = newClient({ author: 'sender' });
    for (const content of ['a', 'b', 'c']) await sender.send(content);
    for await (const { content } of messages) {
      received.push(content);
      if (content === 'c') break;
    }
    assert.deepEqual(received, ['a', 'b', 'c']);
  });

  it('ends with its signal, and with close()', async () => {
    const controller = new AbortController();
    const client = newClient();
    const [aborted, closed] = [client.messages({ signal: controller.signal }), client.messages()];
    assert.equal((await client.messages({ signal: AbortSignal.abort() }).next()).done, true);
    const ends = Promise.all([aborted.next(), closed.next()]);
    controller.abort();
    client.close();
    assert.deepEqual(await ends, [
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
  });
});

describe('keys and settings', () => {
  it('derives public keys and dot1, and takes a 32-byte seed', () => {
    const keys = PiperClient.generateKeys();
    const client = newClient({ ed25519PrivHex: keys.ed25519PrivHex.slice(0, 64), x25519PrivHex: keys.x25519PrivHex });
    assert.equal(client.dot1, keys.dot1);
    assert.equal(client.canEncryptV12, true);
  });

  it('refuses keys that are malformed or contradict each other', () => {
    const [one, two] = [PiperClient.generateKeys(), PiperClient.generateKeys()];
    const bad: PiperClientOptions[] = [
      { ed25519PrivHex: 'abc' },
      { ...one, ed25519PubHex: two.ed25519PubHex },
      { ...one, x25519PubHex: two.x25519PubHex },
      { ...one, ed25519PrivHex: one.ed25519PrivHex.slice(0, 64) + two.ed25519PubHex },
      { dot1: 'alice' },
      { channel: 'no spaces' },
      { url: 'localhost:4100' },
    ];
    for (const options of bad) assert.throws(() => newClient(options), UsageError, JSON.stringify(options));
  });

  it('has the documented defaults', () => {
    const { url, channel, author, includeOwn } = new PiperClient();
    assert.deepEqual([url, channel, author, includeOwn], ['http://localhost:4100', 'main', 'anonymous', false]);
  });

  it('keeps an identity in a file that only its owner can read', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pipes-client-'));
    try {
      const path = join(directory, 'agent.json');
      const keys = PiperClient.keysInFile(path);
      assert.deepEqual(PiperClient.keysInFile(path), keys);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), keys);
      writeFileSync(path, '{}');
      assert.throws(() => PiperClient.keysInFile(path), UsageError);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('reads the public part of a cell file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pipes-client-'));
    try {
      const path = join(directory, 'cell_a.md');
      const [key, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
      const dot1 = 'dot1:0123456789abcdef';
      writeFileSync(
        path,
        `# a\n**Personal \`dot1:\`:** ${dot1}\n## PUBKEYS\ned25519_pub: ${key}\nx25519_pub:  ${other}\n`,
      );
      assert.deepEqual(parseCellFile(path), { ed25519_pub: key, x25519_pub: other, dot1 });
      assert.equal(newClient({ cellPath: path }).dot1, dot1);
      assert.equal(newClient({ cellPath: path }).canSignV11, false);
      writeFileSync(path, 'nothing here');
      assert.deepEqual([parseCellFile(path), parseCellFile(join(directory, 'none'))], [null, null]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('loads by require as well', () => {
    const required = createRequire(import.meta.url)('./client.ts') as typeof import('./client.ts');
    assert.equal(new required.PiperClient().url, 'http://localhost:4100');
    assert.equal(typeof required.parseCellFile, 'function');
  });
});

describe('calls', () => {
  it('reject with what the relay said where it refuses', async () => {
    const refused = fetchless(400, { error: 'content required', detail: 'say something' });
    await assert.rejects(refused.send('x'), (error) => {
      assert.ok(error instanceof RemoteError);
      assert.equal(error.status, 400);
      assert.match(error.message, /answered 400 \(content required: say something\)/);
      return true;
    });
  });

  it('tell how long to wait where the relay is busy', async () => {
    await assert.rejects(fetchless(429, { error: 'slow down' }, '60').send('x'), /try again in 60 s/);
  });

  it('reject for texts that a relay would cut or refuse', async () => {
    const client = newClient(PiperClient.generateKeys());
    for (const text of ['', 'x'.repeat(4097), undefined]) await assert.rejects(client.send(text as string), UsageError);
    await client.sendEncrypted('x'.repeat(5000));
  });

  it('stop when their signal fires', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(newClient().health({ signal }), { name: 'AbortError' });
    await assert.rejects(newClient().history({ signal }), { name: 'AbortError' });
  });

  it('report the health of the relay', async () => {
    assert.equal((await newClient().health()).status, 'ok');
  });
});

const pick = (message: ReceivedMessage | undefined) => [message?.content, message?.verified, message?.decrypted];

const raw = (body: unknown) => fetch(`${relay.url}/messages`, { method: 'POST', body: JSON.stringify(body) });

/** A client whose relay gives one and the same answer. */
function fetchless(status: number, answer: unknown, retryAfter?: string): PiperClient {
  const body = new TextEncoder().encode(JSON.stringify(answer));
  const header = (name: string) => (name === 'retry-after' ? retryAfter : undefined);
  const http = { ...nodePorts().http, request: async () => ({ status, body, header }) };
  return new PiperClient({}, { ...nodePorts(), http });
}
