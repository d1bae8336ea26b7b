/** Plays hello through against a relay of its own (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PiperClient } from '../../src/client/client.ts';
import { onStage } from '../check.ts';

await onStage(async ({ url, folder, start }) => {
  const hello = start('open/hello.ts', url, join(folder, 'hello'));
  await hello.line('Hello: Hello from a program of three lines (sent)');
  const person = new PiperClient({ url, author: 'Person', ...PiperClient.generateKeys() });
  const [message] = await person.history();
  assert.deepEqual([message?.verified, message?.encrypted, message?.author], [true, true, 'Hello']);
  await person.sendEncrypted('Hello back');
  await hello.line('Person: Hello back (received)');
  await hello.stop();
});
