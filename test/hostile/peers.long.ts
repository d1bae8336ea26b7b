/** The attacks of peers.test.ts that are about numbers, at full size. */
import { test } from 'node:test';
import { invited } from './lying-peer.ts';
import { openFiles } from './open-files.ts';
import { endlessWants, hugeClaims, knockers, needyOne, silentOnes, unwanted } from './peer-attacks.ts';
import { attackers, startRelayUnder, withstands } from './support.ts';

const MANY = 10_000;
const skip = openFiles() < MANY + 1000 && `needs a limit of ${MANY + 1000} open files (ulimit -n), got ${openFiles()}`;

test('10,000 connections to the port of peers keep nobody out', { skip }, async (t) => {
  const relay = await startRelayUnder(t, 'off', {}, { P2P_PORT: '0' });
  const { port } = await invited(relay);
  await withstands(relay, 192, () => knockers(t, port, MANY, attackers));
});

/** What each leaves behind is kept for a minute, should it come back. */
test('a hundred liars in a minute are borne, and their sum is bounded', { timeout: 600_000 }, async (t) => {
  const relay = await startRelayUnder(t, 'off', {}, { P2P_PORT: '0' });
  await relay.serves();
  const { ticket } = await invited(relay);
  await withstands(relay, 384, async () => {
    for (let round = 0; round < 5; round++) {
      await endlessWants(t, ticket, 1000);
      await needyOne(t, ticket, 200);
      await hugeClaims(t, ticket, 50);
      await unwanted(t, ticket, 200);
      await silentOnes(t, ticket, 200);
    }
  });
});
