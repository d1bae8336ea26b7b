/** The other end lies: it costs itself the path that the lie came by, and nobody more than a bounded memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../src/core/errors.ts';
import { type Bond, createBond } from '../../src/core/route/bond.ts';
import { decodeFrame, encodeFrame, type Frame, type Open } from '../../src/core/route/frame.ts';

const OWN = new Uint8Array(16).fill(1);
const OTHER = new Uint8Array(16).fill(2);
const WINDOW = 131_072;

/** The other end by hand, over any number of paths. */
class Puppet {
  readonly bond: Bond = createBond({ session: OWN, now: 0, windowBytes: WINDOW });
  now = 0;
  restarts = 0;
  readonly closed: string[] = [];
  readonly messages: Uint8Array[] = [];

  add(path: string): void {
    this.bond.addPath(path, { group: path }, this.now);
  }

  /** What the bond says over that path now. */
  hear(path: string): Frame[] {
    const step = this.bond.take(this.now);
    this.restarts += step.restarted ? 1 : 0;
    this.closed.push(...step.close);
    this.messages.push(...step.messages);
    return step.frames.filter((one) => one.path === path).map(({ frame }) => decodeFrame(frame));
  }

  say(path: string, ...frames: readonly Frame[]): void {
    for (const frame of frames) this.bond.receive(path, encodeFrame(frame), this.now);
  }

  openOf(path: string): Open {
    const open = this.hear(path).find(({ kind }) => kind === 'open');
    assert.ok(open?.kind === 'open', `${path} is opened`);
    return open;
  }

  /** Joins over a path as an honest end would. */
  join(path: string, session: Uint8Array = OTHER): void {
    this.add(path);
    this.answer(path, this.openOf(path), session);
  }

  answer(path: string, { number }: Open, session: Uint8Array): void {
    this.say(path, { kind: 'open', session, window: WINDOW, number: 1 });
    this.say(path, { kind: 'accept', session, heard: OWN, number });
  }

  refuses(path: string, frame: Frame, field: string): void {
    assert.throws(
      () => this.say(path, frame),
      (error) => error instanceof DecodeError && error.field === field,
      `${frame.kind}: ${field}`,
    );
    assert.equal(this.bond.paths().find(({ id }) => id === path)?.state, 'down');
  }
}

const data = (seq: number, length = 10): Frame => ({ kind: 'data', seq, more: false, payload: new Uint8Array(length) });

test('each lie costs the path that it came by, and the others go on', () => {
  const puppet = new Puppet();
  const lies: [Frame, string][] = [
    [{ kind: 'open', session: OWN, window: WINDOW, number: 1 }, 'session'],
    [{ kind: 'open', session: new Uint8Array(16).fill(3), window: WINDOW, number: 1 }, 'session'],
    [{ kind: 'accept', session: OTHER, heard: OTHER, number: 1 }, 'session'],
    [{ kind: 'accept', session: OTHER, heard: OWN, number: 99 }, 'number'],
    [{ kind: 'pong', number: 99, arrived: 1 }, 'number'],
    [{ kind: 'pong', number: 0, arrived: 1 }, 'number'],
    [{ kind: 'pong', number: 1, arrived: 99 }, 'arrived'],
    [{ kind: 'ack', taken: 0, arrived: 5, spans: [] }, 'ack'],
    [{ kind: 'ack', taken: 0, arrived: 0, spans: [{ from: 2, to: 2 }] }, 'ack'],
    [data(5000), 'seq'],
  ];
  puppet.join('honest');
  for (const [i, [lie, field]] of lies.entries()) {
    puppet.now += 10;
    puppet.join(`p${i}`);
    puppet.refuses(`p${i}`, lie, field);
    puppet.bond.removePath(`p${i}`, puppet.now);
  }
  puppet.say('honest', data(1, 60_000), data(2));
  puppet.hear('honest');
  assert.deepEqual(
    puppet.messages.map(({ length }) => length),
    [60_000, 10],
  );
});

test('what exceeds the window is refused, in bytes and in numbers', () => {
  const bytes = new Puppet();
  bytes.join('p');
  for (let seq = 2; seq < 4; seq++) bytes.say('p', data(seq, 60_000));
  bytes.refuses('p', data(4, 60_000), 'seq');
  const numbers = new Puppet();
  numbers.join('p');
  numbers.say('p', data(WINDOW / 64, 0));
  numbers.refuses('p', data(WINDOW / 64 + 1, 0), 'seq');
});

test('a message that never ends is refused at the largest length of one', () => {
  const puppet = new Puppet();
  puppet.join('p');
  const piece = (seq: number): Frame => ({ kind: 'data', seq, more: true, payload: new Uint8Array(60_000) });
  for (let seq = 1; seq <= 17; seq++) puppet.say('p', piece(seq));
  puppet.refuses('p', piece(18), 'payload');
});

test('before an end has proved that it hears, its data and acks are ignored', () => {
  const puppet = new Puppet();
  puppet.add('p');
  const open = puppet.openOf('p');
  puppet.say('p', { kind: 'open', session: OTHER, window: WINDOW, number: 1 }, data(1));
  puppet.hear('p');
  assert.deepEqual(puppet.messages, []);
  puppet.answer('p', open, OTHER);
  puppet.say('p', data(1));
  puppet.hear('p');
  assert.equal(puppet.messages.length, 1);
});

test('an end that answers pings and never acknowledges is sent the same ever more seldom', () => {
  const puppet = new Puppet();
  puppet.join('p');
  puppet.bond.send(new Uint8Array(1000), {}, 0);
  let times = 0;
  for (; puppet.now < 60_000; puppet.now += 10) {
    for (const frame of puppet.hear('p')) {
      if (frame.kind === 'data') times++;
      if (frame.kind === 'ping') puppet.say('p', { kind: 'pong', number: frame.number, arrived: 1 });
    }
  }
  assert.ok(times > 5 && times < 40, `${times} times in a minute`);
});

test('a sender to whom the window seems closed asks again, without a payload', () => {
  const puppet = new Puppet();
  puppet.join('p');
  const pong = (frames: readonly Frame[]): Frame[] => {
    for (const frame of frames) {
      if (frame.kind === 'ping') puppet.say('p', { kind: 'pong', number: frame.number, arrived: 1 });
    }
    return frames.filter(({ kind }) => kind === 'data');
  };
  for (let i = 0; i < 20; i++) puppet.bond.send(new Uint8Array(16_000), {}, 0);
  let sent = 0;
  for (let more = pong(puppet.hear('p')).length; more > 0; more = pong(puppet.hear('p')).length) sent += more;
  assert.equal(sent, 8, 'so many fit');
  puppet.say('p', { kind: 'ack', taken: 0, arrived: 8, spans: [] });
  const asked: Frame[] = [];
  for (; puppet.now < 3500; puppet.now += 50) asked.push(...pong(puppet.hear('p')));
  const question: Frame = { kind: 'data', seq: 8, more: false, payload: new Uint8Array(0) };
  assert.deepEqual(asked, [question, question, question]);
  puppet.say('p', { kind: 'ack', taken: 8, arrived: 8, spans: [] });
  assert.equal(pong(puppet.hear('p')).length, 8);
});

test('a flood of pings, opens and known numbers is answered once for all', () => {
  const puppet = new Puppet();
  puppet.join('p');
  puppet.say('p', data(1));
  puppet.hear('p');
  for (let number = 1; number <= 10_000; number++) puppet.say('p', { kind: 'ping', number }, data(1));
  for (let number = 1; number <= 1000; number++) {
    puppet.say('p', { kind: 'open', session: OTHER, window: WINDOW, number });
  }
  assert.ok(puppet.hear('p').length < 6);
  assert.equal(puppet.messages.length, 1);
});

test('an answer of an end that has died since does not bring it back', () => {
  const puppet = new Puppet();
  const [first, second] = [OTHER, new Uint8Array(16).fill(3)];
  puppet.add('slow');
  const late = puppet.openOf('slow');
  puppet.now = 1000;
  puppet.join('fast', second);
  puppet.now = 1100;
  puppet.answer('slow', late, first);
  assert.equal(puppet.restarts, 0);
  puppet.now = 2000;
  const again = puppet.openOf('slow');
  assert.notEqual(again.number, late.number, 'it asks again');
  puppet.say('fast', data(1));
  puppet.hear('fast');
  assert.equal(puppet.messages.length, 1);
  assert.equal(puppet.restarts, 0, 'and the dead answers nothing');
});

test('a session that was replaced never comes back; another new one does', () => {
  const puppet = new Puppet();
  const third = new Uint8Array(16).fill(3);
  puppet.join('one');
  puppet.now = 100;
  puppet.join('two', third);
  puppet.hear('two');
  assert.equal(puppet.restarts, 1);
  assert.deepEqual(puppet.closed, ['one']);
  puppet.now = 200;
  puppet.join('three');
  puppet.hear('three');
  assert.equal(puppet.restarts, 1);
  assert.deepEqual(puppet.closed, ['one', 'three']);
  puppet.now = 300;
  puppet.join('four', new Uint8Array(16).fill(4));
  puppet.hear('four');
  assert.equal(puppet.restarts, 2);
});
