/** Peers that lie to a relay that they have a ticket of: it stays up, bounded, and serves those who do not. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeTicket, encodeTicket } from '../../src/core/ticket.ts';
import { open } from '../../src/open/node.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import type { Peer } from '../../src/runtime/api.ts';
import { temporaryDirectory } from '../support/command.ts';
import { invited } from './lying-peer.ts';
import {
  endlessWants,
  garbage,
  hugeClaims,
  knockers,
  needyOne,
  silentOnes,
  slowReader,
  unwanted,
  wrongBlobs,
} from './peer-attacks.ts';
import { attackers, type HostileRelay, startRelayUnder, withstands } from './support.ts';

const MOST_MIB = 96;

describe('a relay with lying peers', () => {
  const tasks: (() => unknown)[] = [];
  const suite = { after: (task: () => unknown) => void tasks.push(task) };
  let relay: HostileRelay;
  let friend: Peer;
  let ticket: string;
  let port: number;

  before(async () => {
    relay = await startRelayUnder(suite, 'off', {}, { P2P_PORT: '0' });
    ({ ticket, port } = await invited(relay));
    friend = await open({ dataDir: temporaryDirectory(), network: { port: 'off' } });
    suite.after(() => friend.close());
    await friend.connect(ticket);
    await friend.channel('honest').join();
  });
  after(async () => {
    for (const task of tasks.reverse()) await task();
  });

  /** Those with a page and those with a peer are served while and after `attack` runs. */
  const stands = (attack: () => Promise<unknown>): Promise<void> =>
    withstands(relay, MOST_MIB, async () => {
      const came = new Promise<void>((resolve) => {
        const stop = friend.channel('honest').on('message', () => {
          stop();
          resolve();
        });
      });
      await Promise.all([attack(), relay.serves()]);
      await came;
    });

  it('takes wants without end', (t) => stands(() => endlessWants(t, ticket, 200)));
  it('takes one that needs everything again and again', (t) => stands(() => needyOne(t, ticket, 60)));
  it('takes one that asks for all and reads nothing', (t) => stands(() => slowReader(t, ticket)));
  it('believes no huge claim', (t) => stands(() => hugeClaims(t, ticket, 20)));
  it('drops what it did not ask for, and who sends more than was granted', (t) =>
    stands(() => unwanted(t, ticket, 100)));
  it('keeps no blob that is not what its name says', (t) =>
    stands(async () => assert.ok((await wrongBlobs(t, ticket, 12)) > 0, 'it asked for them')));
  it('throws out who sends noise', (t) => stands(() => garbage(t, ticket, 2)));
  it('waits for nobody who says nothing', (t) => stands(() => silentOnes(t, ticket, 100)));
  it('lets friends in while strangers hold a thousand connections', (t) =>
    stands(() => knockers(t, port, 1000, attackers)));

  it('says what is wrong with a ticket, and reaches nobody by a false one', async (t) => {
    const refused = async (text: string, why: RegExp): Promise<void> => {
      await assert.rejects(friend.connect(text, { timeoutMs: 5000 }), why);
      assert.equal(friend.peers().filter(({ isConnected }) => isConnected).length, 1);
    };
    const known = decodeTicket(sha256, ticket);
    await refused(ticket.slice(0, -4), /cut short or misspelt/);
    await refused(`pipes1${'a'.repeat(100_000)}`, /Cannot read ticket/);
    const another = { ...known, peer: new Uint8Array(32).fill(9), identity: new Uint8Array(32).fill(9) };
    await refused(encodeTicket(sha256, another), /expected key|Cannot trust/);
    const stranger = await open({ dataDir: temporaryDirectory(), network: { port: 'off' } });
    t.after(() => stranger.close());
    const forged = encodeTicket(sha256, { ...known, invitation: new Uint8Array(16) });
    await assert.rejects(stranger.connect(forged, { timeoutMs: 5000 }), /not invited/);
    await relay.serves();
  });
});
