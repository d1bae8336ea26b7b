/** Two peers by way of a line of 200 ms there and back that loses one piece in twenty. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { measure, told } from './exchange.ts';
import { startForwarder } from './forwarder.ts';
import { sitAt, startMachine, ticketOf } from './machine.ts';
import { connect, lastFirst, makeNetwork, whyNoNetworks } from './namespaces.ts';
import { ticketFor } from './tickets.ts';

/** A lost packet is sent again after a round trip and what the system adds: about 200 ms on Linux. */
const QUALITY = { delayMs: 100, loss: 0.05, stallMs: 400 };
const RESENT_MS = 4 * QUALITY.stallMs;

describe('two peers over a slow line that loses', { skip: whyNoNetworks() ?? false }, () => {
  it('lose nothing, and wait for no more than what the line itself delays', async (context) => {
    const t = lastFirst(context);
    const [annNet, benNet] = [makeNetwork(t, 'ann'), makeNetwork(t, 'ben')];
    const cable = connect(annNet, benNet);
    // They listen within their machines alone: only the line leads in.
    const machines = [annNet, benNet].map((network) => startMachine(t, network, { host: '127.0.0.1' }));
    const [ann, ben] = await Promise.all(machines.map(async (machine) => sitAt(t, await machine)));
    assert.ok(ann !== undefined && ben !== undefined);
    const lines = await startForwarder(t, annNet);
    const inward = { host: '127.0.0.1', port: ann.machine.p2pPort };
    const { port } = await lines.line({ host: cable.hosts[0], port: 0 }, inward, QUALITY);
    await ben.connect(ticketFor(sha256, await ticketOf(ann), [`tls://${cable.hosts[0]}:${port}`]));
    for (const [from, to] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const measured = await measure(from, to, () => undefined, 50);
      context.diagnostic(told(measured));
      assert.ok(measured.longestMs < QUALITY.delayMs + RESENT_MS + 1000, told(measured));
    }
    const [path] = (await ben.peers())[0]?.paths ?? [];
    assert.ok((path?.roundTripMs ?? 0) >= 2 * QUALITY.delayMs, 'the line was what it went by');
  });
});
