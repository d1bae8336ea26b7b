/** Relays that follow each other in circles: an envelope crosses each link at most once each way, and then comes to rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage } from '../../src/core/sync/session/messages.ts';
import { createNetwork } from './network.ts';
import { SimPeer } from './peer.ts';
import { createDice, createWorld } from './world.ts';

const ENVELOPES = 50;

/** How many copies of envelopes crossed any link, and whether all peers have all of them. */
function gossip(size: number, isLinked: (a: number, b: number) => boolean) {
  const dice = createDice(size);
  const world = createWorld();
  const register = new Set<string>();
  let copies = 0;
  const peers = Array.from({ length: size }, (_, i) => {
    const peer = new SimPeer(`p${i}`, world, register);
    const hear = peer.hear.bind(peer);
    peer.hear = (from, bytes) => {
      const message = decodeMessage(bytes);
      if (message?.type === 'rows' && message.set.startsWith('channel:')) copies += message.rows.length;
      hear(from, bytes);
    };
    return peer;
  });
  const network = createNetwork(world, dice, new Set());
  for (const [a, one] of peers.entries()) {
    for (const [b, other] of peers.entries()) if (a < b && isLinked(a, b)) network.join(one, other, 1 + dice.below(50));
  }
  for (let i = 0; i < ENVELOPES; i++) world.after(i * 40, () => dice.pick(peers).write('main', `${i}`, i));
  const cameToRest = world.run(600_000);
  const complete = peers.every((peer) => peer.state().envelopes.length === ENVELOPES);
  return { copies, links: network.links.length, complete, cameToRest };
}

for (const [shape, size, isLinked] of [
  ['a ring', 12, (a: number, b: number) => b - a === 1 || b - a === 11],
  ['everyone with everyone', 10, () => true],
  ['two rings with three bridges', 16, (a: number, b: number) => (b - a) % 8 === 1 || (b - a === 8 && a % 3 === 0)],
] as const) {
  test(`in ${shape} nothing circles`, () => {
    const { copies, links, complete, cameToRest } = gossip(size, isLinked);
    assert.ok(complete && cameToRest);
    assert.ok(copies <= 2 * links * ENVELOPES, `${copies} copies over ${links} links`);
    assert.ok(copies >= (size - 1) * ENVELOPES);
  });
}
