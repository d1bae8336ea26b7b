/** Plays the concierge through between a person in a channel and an agent on a keep server (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { open } from '../../src/open/node.ts';
import type { Message } from '../../src/runtime/api.ts';
import { onStage } from '../check.ts';

await onStage(async ({ url, keepPort, folder, start }) => {
  const person = await open({ dataDir: join(folder, 'person'), relay: url, name: 'Ada' });
  try {
    const port = String(keepPort);
    const weather = start('agent-keep/weather.ts', port, join(folder, 'weather'));
    await weather.line('bot:weather listens');
    const lobby = person.channel('lobby');
    const isThere = new Promise<void>((settle) => {
      lobby.on('members', (members) => void (members.some(({ agent }) => agent) && settle()));
    });
    await lobby.join();
    const concierge = start('agent-channel/concierge.ts', url, port, join(folder, 'concierge'));
    await concierge.line('in both worlds: true');
    await isThere;
    const answer = new Promise<Message>((settle) => {
      lobby.on('message', (message) => message.author.agent && message.text !== undefined && settle(message));
    });
    await lobby.send('Weather in Porto?');
    const { author, text, lock } = await answer;
    assert.deepEqual([author.name, author.agent, lock.state], ['Concierge', true, 'open']);
    assert.equal(text, 'bot:weather says: Sun over Porto, as always.');
    await Promise.all([weather.stop(), concierge.stop()]);
  } finally {
    await person.close();
  }
});
