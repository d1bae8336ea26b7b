/** Plays two machines through (npm run check). */
import { join } from 'node:path';
import { onStage } from '../check.ts';

process.env.HOST = '127.0.0.1';
await onStage(async ({ folder, start }) => {
  const here = start('machines/machines.ts', 'here', join(folder, 'here'));
  const ticket = await here.line('pipes1');
  const there = start('machines/machines.ts', 'there', ticket, join(folder, 'there'));
  await here.line('There: what do you have?');
  await there.line('Here: the film is ');
  await there.line('CAN YOU HEAR ME?');
  await there.line('fetched 3000000 bytes');
  await here.stop();
});
