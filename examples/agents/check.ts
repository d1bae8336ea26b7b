/** Plays the agents through against a relay of its own (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PiperClient } from '../../src/client/client.ts';
import { onStage } from '../check.ts';

await onStage(async ({ url, folder, run, start }) => {
  const numbers = await run('agents/two-agents.ts', url, 'count');
  assert.deepEqual(
    numbers.map((line) => line.split(': ')[1]),
    Array.from({ length: 10 }, (_, i) => String(i + 1)),
  );

  const talk = await run('agents/two-agents.cjs', url, 'talk');
  assert.deepEqual(talk, ['ask: What do relays and ships have in common?', 'answer: Ports in a harbour.']);

  const echo = start('agents/echo.ts', url, 'lobby', join(folder, 'keys', 'echo.json'));
  await echo.line('echo listens in lobby');
  const person = new PiperClient({ url, channel: 'lobby', author: 'person', ...PiperClient.generateKeys() });
  try {
    const answers = person.messages();
    await person.ready();
    await person.sendEncrypted('a secret');
    assert.deepEqual(contentOf(await answers.next()), ['you said: a secret', true, true]);
    await person.send('aloud');
    assert.deepEqual(contentOf(await answers.next()), ['you said: aloud', true, undefined]);
  } finally {
    person.close();
  }
  const heard = await echo.stop();
  assert.deepEqual(heard.slice(1), ['person: a secret', 'person: aloud']);
});

function contentOf({ value }: Awaited<ReturnType<ReturnType<PiperClient['messages']>['next']>>) {
  return [value?.content, value?.verified, value?.decrypted];
}
