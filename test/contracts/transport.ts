/** The contract of the Transport port: one suite, every adapter. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RemoteError, UsageError, VerificationError } from '../../src/core/errors.ts';
import type { Transport, TransportStream } from '../../src/core/transport.ts';

/** Where the transports of one test meet. */
export interface TransportPlace {
  /** A transport that listens, with the key of that seed. */
  listening(seed: Uint8Array): Promise<Transport>;
  /** An address that can be read, where nobody is. */
  nowhere(): Promise<string>;
  /** Bytes to an address below the handshake. Resolves once the other end has hung up. */
  raw?(address: string, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface TransportAdapter {
  readonly name: string;
  place(): Promise<TransportPlace>;
  /** Whether something lies below it that strangers can write to: then its places have `raw`. */
  readonly hasWire: boolean;
  /** What a sender may get rid of while nobody asks: buffers of both ends and of the system between them. */
  readonly windowBytes: number;
  /** Spellings that no transport of this kind reads. */
  readonly unreadable: readonly string[];
}

export const PROTOCOL = '/pipes/test/1';
export const seedOf = (n: number): Uint8Array => createHash('sha256').update(`transport contract ${n}`).digest();

export function transportContract(adapter: TransportAdapter): void {
  describe(`the Transport contract over ${adapter.name}`, { timeout: 120_000 }, () => {
    let place: TransportPlace;
    let here: Transport;
    let there: Transport;
    beforeEach(async () => {
      place = await adapter.place();
      [here, there] = await Promise.all([place.listening(seedOf(1)), place.listening(seedOf(2))]);
    });
    afterEach(async () => {
      await Promise.all([here.close(), there.close()]);
      await place.close();
    });

    const dialThere = (protocol = PROTOCOL, signal?: AbortSignal) =>
      here.dial(addressOf(there), { protocol, key: there.key, ...(signal && { signal }) });
    /** A stream between the two, both ends. */
    const joined = async (): Promise<[TransportStream, TransportStream]> => {
      const taken = next(there, PROTOCOL);
      const stream = await dialThere();
      return [stream, await taken];
    };

    it('names itself and its key, and says which addresses it can dial', () => {
      assert.ok(here.name.length > 0);
      assert.equal(here.key.length, 32);
      assert.notDeepEqual(here.key, there.key);
      assert.ok(there.addresses().length > 0);
      for (const address of there.addresses()) assert.equal(here.dials(address), true, address);
      for (const address of adapter.unreadable) assert.equal(here.dials(address), false, address);
    });

    it('joins two peers by protocol, and proves to each the key of the other', async () => {
      const [stream, taken] = await joined();
      assert.deepEqual([...stream.remoteKey], [...there.key]);
      assert.deepEqual([...taken.remoteKey], [...here.key]);
      for (const end of [stream, taken]) {
        assert.equal(end.protocol, PROTOCOL);
        assert.ok(end.address.length > 0);
        assert.ok(['direct', 'local', 'relayed'].includes(end.passage));
      }
    });

    it('gives each protocol to its own taker, and refuses a second taker of one', async () => {
      const taken: string[] = [];
      const both = new Promise<void>((done) => {
        for (const protocol of ['/a/1', '/b/1'])
          there.accept(protocol, (stream) => {
            taken.push(`${protocol} ${stream.protocol}`);
            if (taken.length === 2) done();
          });
      });
      assert.throws(() => there.accept('/a/1', () => {}), UsageError);
      await dialThere('/b/1');
      await dialThere('/a/1');
      await both;
      assert.deepEqual(taken.sort(), ['/a/1 /a/1', '/b/1 /b/1']);
    });

    it('dials without naming a key, and says whose it found', async () => {
      there.accept(PROTOCOL, () => {});
      const stream = await here.dial(addressOf(there), { protocol: PROTOCOL });
      assert.deepEqual([...stream.remoteKey], [...there.key]);
    });

    it('carries bytes in order, both ways at once', async () => {
      const [stream, taken] = await joined();
      const pieces = Array.from({ length: 200 }, (_, n) => pattern(n, 1 + ((n * 977) % 5000)));
      const say = async (end: TransportStream) => {
        for (const piece of pieces) await end.send(piece);
        await end.close();
      };
      const [, , a, b] = await Promise.all([say(stream), say(taken), everything(stream), everything(taken)]);
      assert.deepEqual(a, Buffer.concat(pieces));
      assert.deepEqual(b, Buffer.concat(pieces));
    });

    it('keeps the order of what is sent without waiting', async () => {
      const [stream, taken] = await joined();
      const pieces = Array.from({ length: 50 }, (_, n) => pattern(n, 3000));
      const sent = Promise.all(pieces.map((piece) => stream.send(piece)));
      const [got] = await Promise.all([take(taken, 150_000), sent]);
      assert.deepEqual(got, Buffer.concat(pieces));
    });

    it('has done with the bytes once send has resolved, so that they may be written over', async () => {
      const [stream, taken] = await joined();
      const bytes = new Uint8Array(40_000);
      const got = everything(taken);
      for (let n = 0; n < 40; n++) {
        bytes.fill(n);
        await stream.send(bytes);
      }
      await stream.close();
      const all = await got;
      assert.equal(all.length, 40 * bytes.length);
      for (let n = 0; n < 40; n++) assert.ok(all.subarray(n * 40_000, (n + 1) * 40_000).every((byte) => byte === n));
    });

    it('holds back who sends more than the other asks for, and loses nothing of 5 MB and more', async () => {
      const [stream, taken] = await joined();
      const piece = pattern(7, 65_536);
      const total = Math.max(80, Math.ceil((adapter.windowBytes * 1.5) / piece.length));
      let sent = 0;
      const sending = (async () => {
        for (; sent < total; sent++) await stream.send(piece);
        await stream.close();
      })();
      await settled(() => sent);
      assert.ok(sent * piece.length <= adapter.windowBytes, `${sent * piece.length} bytes left while nobody asked`);
      await taken.receive();
      const rest = await everything(taken);
      await sending;
      assert.equal(sent, total);
      assert.ok(rest.length > (total - 1) * piece.length - adapter.windowBytes);
      const end = rest.subarray(rest.length - piece.length);
      assert.deepEqual(end, Buffer.from(piece));
    });

    it('shows the end of one direction while the other goes on', async () => {
      const [stream, taken] = await joined();
      await stream.send(pattern(1, 10));
      await stream.close();
      assert.equal((await everything(taken)).length, 10);
      assert.equal(await taken.receive(), undefined);
      await taken.send(pattern(2, 70_000));
      await taken.close();
      assert.deepEqual(await everything(stream), Buffer.from(pattern(2, 70_000)));
      await assert.rejects(stream.send(pattern(3, 1)), UsageError);
    });

    it('ends without a byte', async () => {
      const [stream, taken] = await joined();
      await stream.send(new Uint8Array(0));
      await stream.close();
      await stream.close();
      assert.equal(await taken.receive(), undefined);
    });

    it('shows who breaks off as a RemoteError at the other end, never as an end', async () => {
      const [stream, taken] = await joined();
      await stream.send(pattern(1, 1000));
      await take(taken, 1000);
      const waiting = assert.rejects(taken.receive(), RemoteError);
      stream.abort();
      stream.abort();
      await waiting;
      await assert.rejects(taken.receive(), RemoteError);
      await assert.rejects(stream.receive(), RemoteError);
      await assert.rejects(stream.send(pattern(1, 1)), RemoteError);
      await assert.rejects(async () => {
        for (;;) await taken.send(pattern(1, 65_536));
      }, RemoteError);
      taken.abort();
    });

    it('frees a sender that waits for room when the other end breaks off', async () => {
      const [stream, taken] = await joined();
      const sending = assert.rejects(async () => {
        for (;;) await stream.send(pattern(1, 65_536));
      }, RemoteError);
      await taken.receive();
      taken.abort();
      await sending;
    });

    it('refuses to go on where another key answers than the one that was named', async () => {
      there.accept(PROTOCOL, () => {});
      const dialled = here.dial(addressOf(there), { protocol: PROTOCOL, key: here.key });
      await assert.rejects(dialled, VerificationError);
      await assert.rejects(
        here.dial(withoutKey(addressOf(there)), { protocol: PROTOCOL, key: seedOf(9) }),
        VerificationError,
      );
    });

    it('says who was not there, and what may help', async () => {
      const nowhere = await place.nowhere();
      await assert.rejects(here.dial(nowhere, { protocol: PROTOCOL }), (error) => {
        assert.ok(error instanceof RemoteError, String(error));
        assert.ok(error.message.includes(nowhere), error.message);
        assert.match(error.message, /\?/);
        return true;
      });
    });

    it('refuses addresses that it cannot read', async () => {
      for (const address of adapter.unreadable)
        await assert.rejects(here.dial(address, { protocol: PROTOCOL }), UsageError, address);
    });

    it('is refused where nobody takes the protocol, before and after somebody did', async () => {
      const refused = (error: unknown) => {
        assert.ok(error instanceof RemoteError, String(error));
        assert.ok(error.message.includes(PROTOCOL), error.message);
        return true;
      };
      await assert.rejects(dialThere(), refused);
      const stop = there.accept(PROTOCOL, () => {});
      await dialThere();
      stop();
      await assert.rejects(dialThere(), refused);
      there.accept(PROTOCOL, () => {});
      await dialThere();
    });

    it('gives up a dial when its signal fires', async () => {
      there.accept(PROTOCOL, () => {});
      await assert.rejects(dialThere(PROTOCOL, AbortSignal.abort()), RemoteError);
      const during = new AbortController();
      const dialled = dialThere(PROTOCOL, during.signal);
      during.abort();
      await assert.rejects(dialled, RemoteError);
      await dialThere();
    });

    it('holds many streams at once, each for itself', async () => {
      there.accept(PROTOCOL, async (stream) => {
        const bytes = await everything(stream);
        await stream.send(bytes);
        await stream.close();
      });
      const answers = Array.from({ length: 40 }, async (_, n) => {
        const stream = await dialThere();
        await stream.send(pattern(n, 1000 + n));
        await stream.close();
        return everything(stream);
      });
      for (const [n, answer] of (await Promise.all(answers)).entries())
        assert.deepEqual(answer, Buffer.from(pattern(n, 1000 + n)));
    });

    it('lets a stream that nobody asks stand in the way of no other', async () => {
      const [stalled] = await joined();
      let sent = 0;
      const stalling = (async () => {
        for (;;) {
          await stalled.send(pattern(1, 65_536));
          sent += 1;
        }
      })().catch(() => {});
      await settled(() => sent);
      const taken = next(there, '/other/1');
      const stream = await dialThere('/other/1');
      const sending = stream.send(pattern(2, 500_000)).then(() => stream.close());
      assert.equal((await everything(await taken)).length, 500_000);
      await sending;
      stalled.abort();
      await stalling;
    });

    it('ends everything when it closes', async () => {
      const [stream, taken] = await joined();
      const breaks = [assert.rejects(everything(stream), RemoteError), assert.rejects(everything(taken), RemoteError)];
      const address = addressOf(there);
      await there.close();
      await Promise.all(breaks);
      assert.deepEqual(there.addresses(), []);
      await assert.rejects(here.dial(address, { protocol: PROTOCOL }), RemoteError);
      await assert.rejects(there.dial(addressOf(here), { protocol: PROTOCOL }), UsageError);
      await there.close();
    });

    if (!adapter.hasWire) return;
    it('drops garbage and handshakes that break off, and serves others meanwhile', async () => {
      const { raw } = place;
      assert.ok(raw);
      there.accept(PROTOCOL, () => {});
      const garbage = [
        new Uint8Array(0),
        Uint8Array.of(0),
        pattern(3, 5000),
        Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1),
        Uint8Array.of(0x16, 3, 3, 0x40, 0xff, ...pattern(4, 300)),
        Buffer.from('GET / HTTP/1.1\r\nHost: there\r\n\r\n'),
        Buffer.from('\x13/multistream/1.0.0\n\x00'),
      ];
      const dropped = garbage.map((bytes) => raw(addressOf(there), bytes));
      await dialThere();
      await Promise.all(dropped);
      await dialThere();
    });
  });
}

export const addressOf = (transport: Transport): string => {
  const [address] = transport.addresses();
  assert.ok(address !== undefined, 'the transport listens nowhere');
  return address;
};

/** Multiaddrs name the key; there its absence is another case, but for those through a relay, which need it. */
const withoutKey = (address: string): string =>
  address.includes('/p2p-circuit/') ? address : address.replace(/\/p2p\/[^/]+$/, '');

/** The next stream of that protocol. */
export function next(transport: Transport, protocol: string): Promise<TransportStream> {
  return new Promise((resolve) => {
    const stop = transport.accept(protocol, (stream) => {
      stop();
      resolve(stream);
    });
  });
}

export const pattern = (n: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + n * 17 + (i >> 8)) & 0xff);

/** All that comes until the end. */
export async function everything(stream: TransportStream): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let piece = await stream.receive(); piece !== undefined; piece = await stream.receive()) {
    assert.ok(piece.length > 0, 'a piece without bytes came');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** That many bytes, no end in between. */
export async function take(stream: TransportStream, count: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let had = 0; had < count; ) {
    const piece = await stream.receive();
    assert.ok(piece !== undefined, 'the stream ended early');
    pieces.push(piece);
    had += piece.length;
  }
  const all = Buffer.concat(pieces);
  assert.equal(all.length, count);
  return all;
}

/** Waits until the value stands still: over many turns of the loop, however long each takes. */
async function settled(value: () => number): Promise<void> {
  let before = -1;
  for (let still = 0; still < 200; still = value() === before ? still + 1 : 0) {
    before = value();
    for (let i = 0; i < 50; i++) await turn();
  }
}
