/** Two peers on networks that do not meet, with two relays between that both know. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Measured, measure, told } from './exchange.ts';
import { lastFirst, whyNoNetworks } from './namespaces.ts';
import { twoRelays } from './relays.ts';

function assertQuick(t: TestContext, measured: Measured): void {
  t.diagnostic(told(measured));
  // The usual way is short, but long where other tests have the machine.
  assert.ok(measured.longestMs < 1000 + measured.usualMs, told(measured));
  assert.ok(measured.silenceMs < 1000 + measured.usualMs, told(measured));
}

describe('two peers with two relays between', { skip: whyNoNetworks() ?? false }, () => {
  it('go on within a second when one relay freezes', async (t) => {
    const { ann, ben, relays } = await twoRelays(lastFirst(t));
    assertQuick(t, await measure(ann, ben, () => relays[0].child.kill('SIGSTOP')));
  });

  it('go on within a second when one relay is killed', async (t) => {
    const { ann, ben, relays } = await twoRelays(lastFirst(t));
    assertQuick(t, await measure(ann, ben, () => relays[0].end('SIGKILL')));
  });
});
