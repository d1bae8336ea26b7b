/** Plays the agents through against a keep server of its own (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startPublishedKeep } from '../../test/support/published-keep.ts';
import { onStage } from '../check.ts';

await onStage(async ({ folder, run, start }) => {
  const keep = await startPublishedKeep();
  try {
    const port = String(keep.port);
    assert.deepEqual(await run('agent-keep/ask.ts', port), ['no answer: offline']);
    const weather = start('agent-keep/weather.ts', port, join(folder, 'weather'));
    await weather.line('bot:weather listens');
    assert.deepEqual(await run('agent-keep/ask.ts', port, 'Porto'), ['bot:weather: Sun over Porto, as always.']);
    const said = await weather.stop();
    assert.equal(said.at(-1), 'bot:traveller asked "Porto": Sun over Porto, as always.');
  } finally {
    await keep.close();
  }
});
