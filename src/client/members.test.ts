import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createFakeRelay } from '../../test/support/fake-relay.ts';
import { toHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import { agreementFromSeed } from '../platform/node/crypto.ts';
import { PiperClient, type PiperClientOptions, type ReceivedMessage } from './client.ts';
import { nodePorts } from './ports.ts';

type Json = Record<string, unknown>;

let relay: ReturnType<typeof createFakeRelay>;
const clients: PiperClient[] = [];

beforeEach(() => {
  relay = createFakeRelay();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function newClient(options: PiperClientOptions = {}, ports = {}): PiperClient {
  const node = nodePorts();
  const clock = { ...node.clock, after: (ms: number, task: () => void) => node.clock.after(ms / 100, task) };
  const settings = { url: 'http://relay', author: 'someone', onProblem: () => {}, ...PiperClient.generateKeys() };
  const client = new PiperClient({ ...settings, ...options }, { ...node, http: relay.http, clock, ...ports });
  clients.push(client);
  return client;
}

const profileOf = (keys: { ed25519PubHex: string }) => relay.profiles.get(keys.ed25519PubHex) as Json;
const readersOf = ({ wraps }: { wraps?: { recipient_dot1: string }[] }) => wraps?.map((wrap) => wrap.recipient_dot1);

async function received(client: PiperClient, count: number): Promise<ReceivedMessage[]> {
  const messages: ReceivedMessage[] = [];
  for await (const message of client.messages()) {
    messages.push(message);
    if (messages.length === count) break;
  }
  return messages;
}

describe('joining', () => {
  it('publishes a signed profile that says who this is and that it is a program', async () => {
    const keys = PiperClient.generateKeys();
    assert.equal(await newClient({ ...keys, author: 'Echo' }).join(), true);
    const { name, agent, channels, agreement_key } = profileOf(keys);
    assert.deepEqual([name, agent, channels, agreement_key], ['Echo', true, ['main'], keys.x25519PubHex]);
  });

  it('adds to the channels that are there, and leaving takes one away, each with a later version', async () => {
    const keys = PiperClient.generateKeys();
    const client = newClient({ ...keys, agent: false });
    const versions: number[] = [];
    for (const step of [() => client.join('b'), () => client.join('a'), () => client.leave('b')]) {
      await step();
      versions.push(profileOf(keys).version as number);
    }
    assert.deepEqual(profileOf(keys).channels, ['a']);
    assert.equal(profileOf(keys).agent, undefined);
    assert.deepEqual(
      versions,
      [...new Set(versions)].sort((a, b) => a - b),
    );
  });

  it('goes on from the profile of an earlier run', async () => {
    const keys = PiperClient.generateKeys();
    await newClient(keys).join('a');
    await newClient(keys, { clock: { now: () => 1, after: () => () => {} } }).join('a');
    const before = profileOf(keys).version;
    await newClient({ ...keys, author: 'renamed' }, { clock: { now: () => 1, after: () => () => {} } }).join('a');
    assert.deepEqual([profileOf(keys).name, profileOf(keys).version], ['renamed', (before as number) + 1]);
  });

  it('keeps the channels of an earlier run when it joins another', async () => {
    const keys = PiperClient.generateKeys();
    await newClient(keys).join('main');
    await newClient(keys).join('other');
    assert.deepEqual(profileOf(keys).channels, ['main', 'other']);
  });

  it('at the same time from several calls loses none', async () => {
    const keys = PiperClient.generateKeys();
    const client = newClient(keys);
    await Promise.all(['c', 'a', 'b'].map((channel) => client.join(channel)));
    assert.deepEqual(profileOf(keys).channels, ['a', 'b', 'c']);
  });

  it('needs keys to be sealed to', async () => {
    const { x25519PrivHex, x25519PubHex, ...signing } = PiperClient.generateKeys();
    const client = new PiperClient({ url: 'http://relay', ...signing }, { ...nodePorts(), http: relay.http });
    await assert.rejects(client.join(), UsageError);
  });
});

describe('sealing to members', () => {
  it('reaches a client that has only joined, and makes the sender a member', async () => {
    const [ann, bob] = [PiperClient.generateKeys(), PiperClient.generateKeys()];
    const listener = newClient({ ...bob, author: 'bob' });
    await listener.join();
    const got = received(listener, 1);
    await listener.ready();
    const sent = await newClient({ ...ann, author: 'ann' }).sendEncrypted('hello bob');
    assert.deepEqual(readersOf(sent)?.sort(), [ann.dot1, bob.dot1].sort());
    const [message] = await got;
    assert.deepEqual([message?.content, message?.verified, message?.decrypted], ['hello bob', true, true]);
    assert.equal(message?.author, 'ann');
    const answer = await listener.sendEncrypted('hello ann');
    assert.deepEqual(readersOf(answer)?.sort(), [ann.dot1, bob.dot1].sort());
  });

  it('reaches a client under a dot1 of its own choice, by profile and by the dot1', async () => {
    const keys = { ...PiperClient.generateKeys(), dot1: 'dot1:00112233445566ff' };
    const [sender, chooser] = [newClient(), newClient(keys)];
    await chooser.join();
    await sender.sendEncrypted('by profile');
    sender.addRoomRecipient('main', keys);
    await sender.sendEncrypted('by dot1');
    const history = await chooser.history();
    assert.deepEqual(
      history.map(({ content, decrypted }) => [content, decrypted]),
      [
        ['by profile', true],
        ['by dot1', true],
      ],
    );
  });

  it('keeps to a list of recipients that the caller gave, unless members are wanted too', async () => {
    const [ann, bob, eve] = [PiperClient.generateKeys(), PiperClient.generateKeys(), PiperClient.generateKeys()];
    await newClient(eve).join();
    for (const [members, expected] of [
      [undefined, [ann, bob]],
      [false, [ann, bob]],
      [true, [ann, bob, eve]],
    ] as const) {
      const client = newClient({ ...ann, ...(members !== undefined && { members }) });
      client.addRoomRecipient('main', bob);
      const sent = await client.sendEncrypted('x');
      assert.deepEqual(readersOf(sent)?.sort(), expected.map(({ dot1 }) => dot1).sort());
    }
  });

  it('adds nobody on the word of the relay', async () => {
    const [ann, bob] = [PiperClient.generateKeys(), PiperClient.generateKeys()];
    await newClient(bob).join();
    const stranger = agreementFromSeed(new Uint8Array(32).fill(7));
    const honest = profileOf(bob);
    relay.profiles.set('forged', {
      ...honest,
      agreement_key: toHex(stranger.key),
      version: Number(honest.version) + 1,
    });
    relay.profiles.set('moved', { ...honest, channels: ['main', 'other'] });
    relay.profiles.set('nonsense', { channels: ['main'] });
    const sent = await newClient(ann).sendEncrypted('x');
    assert.deepEqual(readersOf(sent)?.sort(), [ann.dot1, bob.dot1].sort());
  });

  it('does not go back to an older profile, nor to messages of one who has left', async () => {
    const [ann, bob] = [PiperClient.generateKeys(), PiperClient.generateKeys()];
    const [sender, leaver] = [newClient(ann), newClient(bob)];
    await leaver.sendEncrypted('I am here');
    const old = profileOf(bob);
    await leaver.join('other');
    await sender.sendEncrypted('all of this is seen');
    await leaver.leave();
    assert.deepEqual(readersOf(await sender.sendEncrypted('x')), [ann.dot1]);
    await leaver.join();
    await sender.sendEncrypted('y');
    relay.profiles.set(bob.ed25519PubHex, old);
    const current = await sender.sendEncrypted('z');
    assert.deepEqual(readersOf(current)?.sort(), [ann.dot1, bob.dot1].sort(), 'the newest one seen says main too');
  });

  it('seals files, which the reader opens by their own names', async () => {
    const [ann, bob] = [newClient(), newClient()];
    await bob.join();
    const bytes = new Uint8Array(1_500_000).map((_, i) => i % 253);
    const file = {
      ...{ filename: 'plan.bin', mime_type: 'application/x-plan' },
      content_b64: Buffer.from(bytes).toString('base64'),
    };
    const sent = await ann.sendEncrypted('', 'main', [file]);
    assert.equal(JSON.stringify(sent).includes('plan'), false);
    const [message] = await bob.history();
    const [received] = message?.files ?? [];
    assert.deepEqual([message?.content, received?.name, received?.size], ['', 'plan.bin', bytes.length]);
    assert.deepEqual(await received?.read(), bytes);
  });
});

describe('a stream with ids', () => {
  it('resumes behind the last one, losing and repeating nothing', async () => {
    const [reader, sender] = [newClient({ author: 'reader' }), newClient({ author: 'sender' })];
    const got = received(reader, 40);
    await reader.ready();
    for (let i = 0; i < 40; i++) {
      if (i % 15 === 14) {
        relay.cut();
        relay.connect();
      }
      await sender.send(`message ${i}`);
    }
    const messages = await got;
    assert.deepEqual(
      messages.map(({ content }) => content),
      Array.from({ length: 40 }, (_, i) => `message ${i}`),
    );
  });

  it('is not upset by anything that a hostile relay puts in', async () => {
    const reader = newClient({ author: 'reader' });
    const got = received(reader, 2);
    await reader.ready();
    for (const junk of [null, 7, 'text', [], {}, { id: 7 }, { id: 'x', wraps: 'no', version: 9, content: {} }]) {
      relay.inject(junk);
    }
    await newClient({ author: 'sender' }).send('still here');
    const [odd, message] = await got;
    assert.deepEqual([odd?.verified, odd?.content], [false, '']);
    assert.equal(message?.content, 'still here');
  });
});
