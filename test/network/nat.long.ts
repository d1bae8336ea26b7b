/**
 * Two peers, each behind a router of its own that lets nothing in, and a relay between: source addresses are rewritten
 * by nft or iptables where the machine has one of them; else the routers merely know no way in.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measure, told } from './exchange.ts';
import { deskAt, type Machine, sitAt, startMachine, ticketOf } from './machine.ts';
import { connect, lastFirst, makeNetwork, type Network, type Test, whyNoNetworks } from './namespaces.ts';

/** A home: a network behind a router on the outside. Whether its router rewrites source addresses. */
function home(
  t: Test,
  name: string,
  outside: Network,
): { readonly inside: Network; readonly isRewritten: boolean; readonly relayHost: string } {
  const [inside, router] = [makeNetwork(t, name), makeNetwork(t, `${name}-router`)];
  const [inner, outer] = [connect(router, inside), connect(router, outside)];
  inside.ip('route', 'add', 'default', 'via', inner.hosts[0]);
  router.forward();
  const isRewritten = router.masquerade(outer, 0);
  // Without rewriting the relay has to know the way back; nobody else does.
  if (!isRewritten) outside.ip('route', 'add', inner.hosts[1], 'via', outer.hosts[0]);
  return { inside, isRewritten, relayHost: outer.hosts[1] };
}

describe('two peers behind routers that let nothing in', { skip: whyNoNetworks() ?? false }, () => {
  it('meet through a relay at once', async (context) => {
    const t = lastFirst(context);
    const outside = makeNetwork(t, 'outside');
    const homes = [home(t, 'ann', outside), home(t, 'ben', outside)];
    context.diagnostic(
      homes.every(({ isRewritten }) => isRewritten)
        ? 'source addresses are rewritten'
        : 'no nft, no iptables: routers without a way in',
    );
    const [relay, ...machines] = await Promise.all(
      [outside, ...homes.map(({ inside }) => inside)].map((network) => startMachine(t, network)),
    );
    assert.ok(relay !== undefined);
    const [ann, ben] = await Promise.all(machines.map((machine: Machine) => sitAt(t, machine)));
    assert.ok(ann !== undefined && ben !== undefined);
    for (const [n, seat] of [ann, ben].entries()) {
      const desk = await deskAt(seat.forwarder, homes[n]?.relayHost ?? '', relay.port);
      const begun = performance.now();
      await seat.connect(await ticketOf({ desk }));
      context.diagnostic(`joined the relay after ${(performance.now() - begun).toFixed(0)} ms`);
    }
    const measured = await measure(ann, ben, () => undefined);
    context.diagnostic(told(measured));
    assert.ok(measured.longestMs < 2000, told(measured));
    // Neither reaches the other: the ticket of one is of no use to the other.
    await assert.rejects(ben.connect(await ticketOf(ann)));
  });
});
