/**
 * Two peers, each behind a router that rewrites source addresses and lets nothing in, who ask for WebRTC: they meet through
 * a relay, and move to a straight path, which the relay's own STUN helps to find.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/command.ts';
import { connect, lastFirst, makeNetwork, type Network, type Test, whyNoNetworks } from './namespaces.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const peer = join(import.meta.dirname, 'webrtc-peer.ts');

interface Running {
  line(): Promise<string>;
  write(line: string): void;
}

function run(t: Test, network: Network, args: readonly string[]): Running {
  const env = { PATH: process.env.PATH ?? '', RATE_LIMITS: 'off', KEEP_PORT: 'off' };
  const child = network.node([...args], env, ['pipe', 'pipe', 'inherit']);
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout as Readable)[Symbol.asyncIterator]();
  return {
    async line() {
      const { value, done } = await lines.next();
      assert.ok(!done, `${args[0]} ended`);
      return value as string;
    },
    write: (line) => void child.stdin?.write(`${line}\n`),
  };
}

/** A network behind a router on the outside, and where the relay is seen from there; undefined without rewriting. */
function home(t: Test, name: string, outside: Network): { inside: Network; relayHost: string } | undefined {
  const [inside, router] = [makeNetwork(t, name), makeNetwork(t, `${name}-router`)];
  const [inner, outer] = [connect(router, inside), connect(router, outside)];
  inside.ip('route', 'add', 'default', 'via', inner.hosts[0]);
  router.ip('route', 'add', 'default', 'via', outer.hosts[1]);
  router.forward();
  return router.masquerade(outer, 0) ? { inside, relayHost: outer.hosts[1] } : undefined;
}

test('two behind routers of their own meet through a relay and move to a straight path', {
  skip: whyNoNetworks() ?? false,
}, async (context) => {
  const t = lastFirst(context);
  const outside = makeNetwork(t, 'outside');
  const [ann, ben] = [home(t, 'ann', outside), home(t, 'ben', outside)];
  if (ann === undefined || ben === undefined) {
    return context.skip('neither nft nor iptables is here, which rewrite source addresses');
  }
  outside.forward();
  const dir = temporaryDirectory();
  const flags = ['--json', '--host', '0.0.0.0', '--port', '0', '--p2p-port', '0', '--data-dir', dir];
  const relay = JSON.parse(await run(t, outside, [main, 'relay', ...flags]).line()) as {
    ticket: string;
    stunPort: number;
  };
  const [here, there] = [ann, ben].map(({ inside, relayHost }, n) =>
    run(t, inside, [peer, temporaryDirectory(), `peer ${n}`, `stun:${relayHost}:${relay.stunPort}`, relay.ticket]),
  );
  assert.ok(here !== undefined && there !== undefined);
  const [ticket] = await Promise.all([here.line(), there.line()]);
  const begun = performance.now();
  there.write(ticket ?? '');
  assert.deepEqual(await Promise.all([here.line(), there.line()]), ['straight', 'straight']);
  context.diagnostic(`a straight path after ${(performance.now() - begun).toFixed(0)} ms`);
});
