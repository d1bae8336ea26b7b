/** Two peers on networks that do not meet, with two relays between that both know. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Measured, measure, told } from './exchange.ts';
import { deskAt, type Machine, type Seat, sitAt, startMachine, ticketOf } from './machine.ts';
import { connect, lastFirst, makeNetwork, whyNoNetworks } from './namespaces.ts';

interface Scene {
  readonly ann: Seat;
  readonly ben: Seat;
  readonly relays: readonly [Machine, Machine];
}

async function scene(context: TestContext): Promise<Scene> {
  const t = lastFirst(context);
  const networks = ['ann', 'ben', 'relay1', 'relay2'].map((name) => makeNetwork(t, name));
  const [annNet, benNet, ...relayNets] = networks as [(typeof networks)[0], (typeof networks)[0]];
  const cables = relayNets.map((net) => [connect(annNet, net), connect(benNet, net)] as const);
  const machines = await Promise.all([annNet, benNet, ...relayNets].map((net) => startMachine(t, net)));
  const [annMachine, benMachine, first, second] = machines as [Machine, Machine, Machine, Machine];
  const [ann, ben] = await Promise.all([sitAt(t, annMachine), sitAt(t, benMachine)]);
  await Promise.all(
    [first, second].flatMap((relay, n) =>
      [ann, ben].map(async (seat, side) => {
        const host = cables[n]?.[side]?.hosts[1] ?? '';
        await seat.connect(await ticketOf({ desk: await deskAt(t, seat.forwarder, host, relay.port) }));
      }),
    ),
  );
  return { ann, ben, relays: [first, second] };
}

function assertQuick(t: TestContext, measured: Measured): void {
  t.diagnostic(told(measured));
  // The usual way is short, but long where other tests have the machine.
  assert.ok(measured.longestMs < 1000 + measured.usualMs, told(measured));
  assert.ok(measured.silenceMs < 1000 + measured.usualMs, told(measured));
}

describe('two peers with two relays between', { skip: whyNoNetworks() ?? false }, () => {
  it('go on within a second when one relay freezes, and when the other is killed after that', async (t) => {
    const { ann, ben, relays } = await scene(t);
    assertQuick(t, await measure(ann, ben, () => relays[0].child.kill('SIGSTOP')));
    relays[0].child.kill('SIGCONT');
    assertQuick(t, await measure(ben, ann, () => relays[1].end('SIGKILL')));
  });
});
