/** Messages as large as they may be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPerson, sealedPost } from '../support/signed-posts.ts';
import { repeatedly, send, startRelayUnder, withstands } from './support.ts';

test('large sealed messages under ever new keys do not pile up in memory', async (context) => {
  const relay = await startRelayUnder(context, 'off');
  await withstands(relay, 112, () =>
    repeatedly(300, 4, async (i) => {
      const post = JSON.stringify(await sealedPost(newPerson(), `pile-${i % 50}`, 180_000));
      const answer = await send(relay.port, 'POST', '/messages', post);
      assert.equal(answer.status, 200, answer.text.slice(0, 200));
    }),
  );
});
