import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { TransportStream } from '../../core/transport.ts';
import { createMemoryNetwork } from './transport.ts';

const PROTOCOL = '/test/1';

function three() {
  const network = createMemoryNetwork();
  const [a, b, c] = [1, 2, 3].map((n) => network.transport(new Uint8Array(32).fill(n), { name: `peer${n}` }));
  assert.ok(a && b && c);
  const taken: TransportStream[] = [];
  for (const transport of [a, b, c]) transport.accept(PROTOCOL, (stream) => taken.push(stream));
  return { network, a, b, c, taken };
}

/** What a promise has come to after every waiting task has run. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'waits';
  promise.then(
    () => {
      state = 'done';
    },
    () => {
      state = 'failed';
    },
  );
  await new Promise((done) => setImmediate(done));
  return state;
}

describe('the in-memory network', () => {
  it('breaks the streams of a link that is cut, keeps all others, and joins again once it is healed', async () => {
    const { network, a, b, c } = three();
    const cut = await a.dial('memory:peer2', { protocol: PROTOCOL });
    const kept = await a.dial('memory:peer3', { protocol: PROTOCOL });
    network.cut(a, b);
    await assert.rejects(cut.receive(), RemoteError);
    await assert.rejects(a.dial('memory:peer2', { protocol: PROTOCOL }), RemoteError);
    await assert.rejects(b.dial('memory:peer1', { protocol: PROTOCOL }), RemoteError);
    await kept.send(Uint8Array.of(1));
    await c.dial('memory:peer2', { protocol: PROTOCOL });
    network.heal(b, a);
    await a.dial('memory:peer2', { protocol: PROTOCOL });
  });

  it('lets nothing through a frozen link, tells nobody, and brings all of it once it is healed', async () => {
    const { network, a, b, taken } = three();
    const stream = await a.dial('memory:peer2', { protocol: PROTOCOL });
    network.freeze(a, b);
    await stream.send(Uint8Array.of(7));
    await stream.close();
    const arriving = taken[0]?.receive();
    const dialling = a.dial('memory:peer2', { protocol: PROTOCOL });
    assert.ok(arriving);
    assert.deepEqual(await Promise.all([stateOf(arriving), stateOf(dialling)]), ['waits', 'waits']);
    network.heal(a, b);
    assert.deepEqual(await arriving, Uint8Array.of(7));
    assert.equal(await taken[0]?.receive(), undefined);
    await dialling;
  });

  it('gives up a dial over a frozen link when its signal fires', async () => {
    const { network, a, b } = three();
    network.freeze(a, b);
    const given = new AbortController();
    const dialling = a.dial('memory:peer2', { protocol: PROTOCOL, signal: given.signal });
    assert.equal(await stateOf(dialling.catch(() => new Promise(() => {}))), 'waits');
    given.abort();
    await assert.rejects(dialling, RemoteError);
  });

  it('hands a name to one transport at a time', async () => {
    const { network, a } = three();
    assert.throws(() => network.transport(new Uint8Array(32), { name: 'peer1' }), UsageError);
    await a.close();
    network.transport(new Uint8Array(32), { name: 'peer1' });
  });
});
