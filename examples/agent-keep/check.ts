/** Plays the agents through against a keep server of its own (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { onStage } from '../check.ts';

await onStage(async ({ keepPort, folder, run, start }) => {
  const port = String(keepPort);
  assert.deepEqual(await run('agent-keep/ask.ts', port), ['no answer: offline']);

  const weather = start('agent-keep/weather.ts', port, join(folder, 'weather'));
  await weather.line('bot:weather listens (claimed)');
  assert.deepEqual(await run('agent-keep/ask.ts', port, 'Porto'), ['bot:weather: Sun over Porto, as always.']);
  assert.equal((await weather.stop()).at(-1), 'bot:traveller asked "Porto": Sun over Porto, as always.');

  // The name is claimed now: what is asked while it is away waits for it.
  assert.deepEqual(await run('agent-keep/ask.ts', port, 'Faro'), ['it is away, and will find the ask when it is back']);
  const back = start('agent-keep/weather.ts', port, join(folder, 'weather'));
  await back.line('asked "Faro"');
  await back.stop();
});
