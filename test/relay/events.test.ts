/** GET /events over a real socket: headers, history, ids, resuming, several channels, slow readers. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';
import { newPerson, sealedPost, signedPost } from '../support/signed-posts.ts';
import { type Reader, sharedRelay, startTestRelay, type TestRelay } from './support.ts';

describe('events', () => {
  const shared = sharedRelay();
  let relay: TestRelay;
  before(() => {
    relay = shared.relay;
  });
  const say = (channel: string, content: string) => relay.post({ channel, content });
  const contents = async (reader: Reader, count: number) => {
    const all: string[] = [];
    while (all.length < count) all.push((await reader.message()).content);
    return all;
  };

  test('headers come at once, also for an empty channel', async () => {
    const reader = await relay.listen('/events?channel=empty');
    assert.equal(reader.status, 200);
    assert.match(String(reader.headers['content-type']), /^text\/event-stream/);
    assert.equal(reader.headers['cache-control'], 'no-cache');
    assert.equal(reader.headers['x-accel-buffering'], 'no');
    assert.equal(reader.headers['access-control-allow-origin'], '*');
  });

  test('a data block holds data alone, and its id follows in a block of its own', async () => {
    const reader = await relay.listen('/events?channel=blocks');
    await reader.settled();
    await say('blocks', 'one');
    const block = await reader.next();
    assert.match(block, /^data: \{[^\n]+\}$/);
    await reader.settled();
    assert.match(reader.lastId() ?? '', /^[0-9a-f]{16}-\d+$/);
  });

  test('the latest hundred come first, then what arrives, each once and in order', async () => {
    for (let i = 0; i < 105; i++) await say('hundred', `h${i}`);
    const reader = await relay.listen('/events?channel=hundred');
    const [first] = await contents(reader, 1);
    assert.equal(first, 'h5');
    await say('hundred', 'live');
    assert.equal((await contents(reader, 100)).at(-1), 'live');
  });

  test('nothing is lost or doubled for who joins while others talk', async () => {
    let talking = true;
    let sent = 0;
    const talk = (async () => {
      while (talking) await say('busy', `b${sent++}`);
    })();
    const readers = await Promise.all(Array.from({ length: 10 }, () => relay.listen('/events?channel=busy')));
    await Promise.all(readers.map((reader) => reader.message()));
    talking = false;
    await talk;
    await say('busy', 'end');
    for (const reader of readers) {
      const heard: string[] = [];
      while (heard.at(-1) !== 'end') heard.push((await reader.message()).content);
      const numbers = heard.slice(0, -1).map((content) => Number(content.slice(1)));
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => (numbers[0] ?? 0) + index),
      );
      assert.ok(numbers.length === 0 || numbers.at(-1) === sent - 1);
    }
  });

  test('a reader that comes back by its last id gets what it missed and nothing else', async () => {
    const reader = await relay.listen('/events?channel=resume');
    await say('resume', 'before');
    await reader.message();
    await reader.settled();
    const id = reader.lastId() ?? '';
    reader.close();
    for (let i = 0; i < 150; i++) await say('resume', `m${i}`);
    for (const [path, headers] of [
      ['/events?channel=resume', { 'last-event-id': id }],
      [`/events?channel=resume&lastEventId=${id}`, {}],
    ] as const) {
      const back = await relay.listen(path, headers);
      await say('resume', `now ${path}`);
      const missed = await contents(back, 150);
      assert.deepEqual(
        missed,
        Array.from({ length: 150 }, (_, i) => `m${i}`),
      );
    }
  });

  test('an id of an empty channel loses nothing either', async () => {
    const reader = await relay.listen('/events?channel=young');
    await reader.settled();
    reader.close();
    await say('young', 'born');
    const back = await relay.listen('/events?channel=young', { 'last-event-id': reader.lastId() ?? '' });
    assert.deepEqual(await contents(back, 1), ['born']);
  });

  test('an id of another store, or nonsense, brings the history', async () => {
    await say('strange', 'past');
    for (const id of ['0123456789abcdef-99', 'nonsense', '-1']) {
      const reader = await relay.listen('/events?channel=strange', { 'last-event-id': id });
      assert.deepEqual(await contents(reader, 1), ['past']);
    }
  });

  test('one stream carries several channels, resumed in order of arrival', async () => {
    const reader = await relay.listen('/events?channel=left,right&channel=Up');
    await reader.settled();
    for (const channel of ['left', 'right', 'up']) await say(channel, `in ${channel}`);
    assert.deepEqual(await contents(reader, 3), ['in left', 'in right', 'in up']);
    await reader.settled();
    reader.close();
    for (let i = 0; i < 40; i++) await say(['left', 'right', 'up'][i % 3] as string, `${i}`);
    const headers = { 'last-event-id': reader.lastId() ?? '' };
    const back = await relay.listen('/events?channel=up,left,right', headers);
    assert.deepEqual(
      await contents(back, 40),
      Array.from({ length: 40 }, (_, i) => `${i}`),
    );
  });

  test('a history of large messages arrives whole', async () => {
    const person = newPerson();
    for (let i = 0; i < 12; i++) await relay.post(await sealedPost(person, 'large', 60_000));
    const reader = await relay.listen('/events?channel=large');
    const ids = new Set<string>();
    for (let i = 0; i < 12; i++) ids.add((await reader.message()).id);
    assert.equal(ids.size, 12);
  });

  test('a wrong channel is refused in JSON', async () => {
    const { status, json } = await relay.send('GET', '/events?channel=a_b');
    assert.deepEqual([status, json.field], [400, 'channel']);
    const many = Array.from({ length: 257 }, (_, i) => `c${i}`).join(',');
    assert.equal((await relay.send('GET', `/events?channel=${many}`)).json.field, 'channel');
  });
});

test('who never reads is dropped with a reason, and the others are served meanwhile', async (context) => {
  const relay = await startTestRelay(context);
  const person = newPerson();
  const reader = await relay.listen('/events?channel=heavy');
  await reader.settled();
  const socket = connect(relay.port, '127.0.0.1');
  context.after(() => socket.destroy());
  socket.pause().write('GET /events?channel=heavy HTTP/1.1\r\nHost: x\r\n\r\n');
  const dropped = async () =>
    /streams_dropped_total\{reason="slow"\} 1/.test((await relay.send('GET', '/metrics')).text);
  let posts = 0;
  for (; posts < 100 && !(await dropped()); posts++) {
    await relay.post(await sealedPost(person, 'heavy', 150_000));
    await reader.message();
  }
  assert.ok(await dropped(), `not dropped after ${posts} messages of 200 kB`);
  let tail = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-100);
  });
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  assert.match(tail, /\n\nevent: dropped\ndata: \{"reason":"slow"\}\n\n$/);
});

test('closing ends streams with a reason and answers what is under way', async (context) => {
  const relay = await startTestRelay(context);
  const reader = await relay.listen('/events');
  await reader.settled();
  const posted = relay.post(await signedPost(newPerson(), 'main', 'last'));
  await reader.message();
  await relay.close();
  assert.equal((await posted).status, 200);
  assert.equal(await reader.next(), 'event: dropped\ndata: {"reason":"closing"}');
  await assert.rejects(reader.next(), /ended/);
});
