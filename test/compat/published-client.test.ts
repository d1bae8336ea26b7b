/** Programs that use the published client: through our relay, and in talk with our client. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { PublishedPeer } from './published-peer.ts';
import { openPlace, type Place } from './relay.ts';

let place: Place;
let channel: string;
let channels = 0;
const peers: PublishedPeer[] = [];

before(async () => {
  place = await openPlace();
});
beforeEach(() => {
  channel = `room-${channels++}`;
});
after(async () => {
  for (const peer of peers) peer.close();
  await place.close();
});

const newPeer = () => {
  const peer = new PublishedPeer(place.url, channel);
  peers.push(peer);
  return peer;
};

describe('a published client through our relay', () => {
  it('has its headers at once, and no block lost between the ids', async () => {
    const [sender, reader] = [newPeer(), newPeer()];
    await reader.subscribe();
    for (let i = 0; i < 50; i++) await sender.send(`message ${i}`);
    await reader.waitFor(({ content }) => content === 'message 49');
    assert.deepEqual(
      reader.received.map(({ content }) => content),
      Array.from({ length: 50 }, (_, i) => `message ${i}`),
    );
  });

  it('is replayed the last hundred, oldest first', async () => {
    const sender = newPeer();
    for (let i = 0; i < 103; i++) await sender.send(`message ${i}`);
    const late = newPeer();
    await late.subscribe();
    await late.waitFor(({ content }) => content === 'message 102');
    assert.deepEqual([late.received.length, late.received[0]?.content], [100, 'message 3']);
  });

  it('gets back what it signed, prev included, so that it verifies', async () => {
    const sender = newPeer();
    await sender.send('first');
    const stored = await sender.send('second');
    assert.equal(stored.prev, null);
    assert.deepEqual([stored.version, stored.author, stored.from_dot1], ['1.1', 'published', sender.dot1]);
  });

  it('is answered without a message where it is refused', async () => {
    const { status, body } = await newPeer().call('/messages', {
      method: 'POST',
      body: JSON.stringify({ content: '' }),
    });
    assert.deepEqual([status, body.error, body.message], [400, 'content required', undefined]);
  });

  it('reads health and history, with a content type on a GET without body', async () => {
    const peer = newPeer();
    assert.equal((await peer.fetch('/health')).status, 'ok');
    assert.ok(Array.isArray(await peer.fetch('/messages?limit=100')));
  });

  it('pushes into a mailbox and pulls on from a numeric cursor', async () => {
    const [sender, reader] = [newPeer(), newPeer()];
    const box = `/mailbox/${encodeURIComponent(reader.dot1)}`;
    const push = (content: string) => {
      const body = JSON.stringify(sender.seal(content, [reader]));
      return sender.call(`${box}/push`, { method: 'POST', body });
    };
    assert.equal((await push('one')).status, 200);
    const first = await reader.fetch(`${box}/pull?since=0`);
    assert.deepEqual(
      [first.envelopes.map((each: never) => reader.open(each)), typeof first.next_cursor],
      [['one'], 'number'],
    );
    await push('two');
    const second = await reader.fetch(`${box}/pull?since=${first.next_cursor}`);
    assert.deepEqual(
      second.envelopes.map((each: never) => reader.open(each)),
      ['two'],
    );
    const third = await reader.fetch(`${box}/pull?since=${second.next_cursor}`);
    assert.deepEqual(third, { envelopes: [], next_cursor: second.next_cursor });
  });
});

describe('a published client in talk with ours', () => {
  it('is verified in clear, both ways', async () => {
    const [peer, client] = [newPeer(), place.client({ channel, author: 'ours' })];
    await peer.subscribe();
    const messages = client.messages();
    await client.ready();
    await peer.send('hello <ours>');
    const { value: heard } = await messages.next();
    assert.deepEqual([heard?.content, heard?.verified, heard?.author], ['hello <ours>', true, 'published']);
    await client.send('hello published');
    const answer = await peer.waitFor(({ content }) => content === 'hello published');
    assert.deepEqual([answer.version, answer.author], ['1.1', 'ours']);
  });

  it('is sealed to once it has sealed a message, without any exchange of keys on our side', async () => {
    const [peer, client, member] = [newPeer(), place.client({ channel }), place.client({ channel })];
    await member.join();
    await peer.subscribe();
    const [heard, overheard] = [client.messages(), member.messages()];
    await Promise.all([client.ready(), member.ready()]);
    await peer.sendEncrypted('a secret', [client.recipient]);
    assert.deepEqual(contentOf(await heard.next()), ['a secret', true, true]);
    assert.deepEqual(contentOf(await overheard.next()).slice(1), [true, false]);
    await client.sendEncrypted('an answer');
    const answer = await peer.waitFor(({ from_dot1: dot1 }) => dot1 === client.dot1);
    assert.equal(peer.open(answer), 'an answer');
    assert.equal(answer.content, '[encrypted v1.2 message — upgrade client]');
    assert.deepEqual(contentOf(await overheard.next()), ['an answer', true, true]);
  });

  it('reaches it by mailbox, both ways', async () => {
    const [peer, client] = [newPeer(), place.client({ channel })];
    client.addRoomRecipient(channel, peer);
    const pushed = await client.sendViaMailbox('by post');
    assert.deepEqual(
      pushed.map(({ status }) => status),
      [200, 200],
    );
    const mail = await peer.fetch(`/mailbox/${encodeURIComponent(peer.dot1)}/pull?since=0`);
    assert.equal(peer.open(mail.envelopes[0]), 'by post');
    const body = JSON.stringify(peer.seal('back', [client.recipient]));
    await peer.fetch(`/mailbox/${encodeURIComponent(client.recipient.dot1)}/push`, { method: 'POST', body });
    const received: unknown[] = [];
    client.subscribe(({ content, decrypted }) => received.push([content, decrypted]));
    assert.deepEqual(await client.pullFromMailbox(), { pulled: 2, decrypted: 1, errors: 0 });
    assert.deepEqual(received, [['back', true]]);
    assert.deepEqual(await client.pullFromMailbox(), { pulled: 0, decrypted: 0, errors: 0 });
  });
});

describe('our client through our relay', () => {
  it('loses and repeats nothing over a restart of the relay', async () => {
    const [reader, sender] = [place.client({ channel }), place.client({ channel })];
    const contents: string[] = [];
    const { promise: complete, resolve } = Promise.withResolvers<void>();
    reader.subscribe(({ content }) => {
      contents.push(content);
      if (content === 'message 119') resolve();
    });
    await reader.ready();
    for (let i = 0; i < 10; i++) await sender.send(`message ${i}`);
    await place.restart(async () => {
      await assert.rejects(sender.send('into the void'), /connection refused|cut/);
    });
    for (let i = 10; i < 120; i++) await sender.send(`message ${i}`);
    await complete;
    assert.deepEqual(
      contents,
      Array.from({ length: 120 }, (_, i) => `message ${i}`),
    );
  });

  it('sends a sealed file that the relay cannot read', async () => {
    const [sender, reader] = [place.client({ channel }), place.client({ channel })];
    await reader.join();
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 249);
    const content_b64 = Buffer.from(bytes).toString('base64');
    await sender.sendEncrypted('see', channel, [{ filename: 'plan.txt', mime_type: 'text/plain', content_b64 }]);
    const [message] = await reader.history();
    const [file] = message?.files ?? [];
    assert.deepEqual([message?.content, file?.name, file?.size], ['see', 'plan.txt', bytes.length]);
    assert.deepEqual(await file?.read(), bytes);
    assert.equal(JSON.stringify(message?.attachments).includes('plan'), false);
  });
});

function contentOf({ value }: { value?: { content: string; verified: boolean; decrypted?: boolean } | undefined }) {
  return [value?.content, value?.verified, value?.decrypted];
}
