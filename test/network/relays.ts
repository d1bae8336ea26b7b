/** Two peers on networks that do not meet, and two relays between that both know; or all of it on loopback. */
import { deskAt, type Machine, type Seat, sitAt, startMachine, ticketOf } from './machine.ts';
import { connect, makeNetwork, type Test, thisNetwork } from './namespaces.ts';

export interface TwoRelays {
  readonly ann: Seat;
  readonly ben: Seat;
  readonly relays: readonly [Machine, Machine];
}

export async function twoRelays(t: Test, where: 'networks' | 'loopback' = 'networks'): Promise<TwoRelays> {
  const isApart = where === 'networks';
  const networks = ['ann', 'ben', 'relay1', 'relay2'].map((name) => (isApart ? makeNetwork(t, name) : thisNetwork()));
  const [annNet, benNet, ...relayNets] = networks as [(typeof networks)[0], (typeof networks)[0]];
  const cables = isApart ? relayNets.map((net) => [connect(annNet, net), connect(benNet, net)] as const) : [];
  const host = isApart ? {} : { host: '127.0.0.1' };
  const machines = await Promise.all([annNet, benNet, ...relayNets].map((net) => startMachine(t, net, host)));
  const [annMachine, benMachine, first, second] = machines as [Machine, Machine, Machine, Machine];
  const [ann, ben] = await Promise.all([sitAt(t, annMachine), sitAt(t, benMachine)]);
  await Promise.all(
    [first, second].flatMap((relay, n) =>
      [ann, ben].map(async (seat, side) => {
        const at = cables[n]?.[side]?.hosts[1] ?? '127.0.0.1';
        await seat.connect(await ticketOf({ desk: await deskAt(seat.forwarder, at, relay.port) }));
      }),
    ),
  );
  return { ann, ben, relays: [first, second] };
}
