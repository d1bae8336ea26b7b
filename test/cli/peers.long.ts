/** The conversation of peers.test.ts over and over, several at a time, so that what is seldom happens. TIMES=n: as often. */
import { it } from 'node:test';
import { conversation } from './two-machines.ts';

const TIMES = Number(process.env.TIMES ?? 120);
const AT_ONCE = 4;

it(`two machines share what is said, ${TIMES} times`, { timeout: TIMES * 10_000 }, async () => {
  let begun = 0;
  const play = async (): Promise<void> => {
    while (begun++ < TIMES) {
      const tasks: (() => Promise<unknown>)[] = [];
      try {
        await conversation({ after: (task) => void tasks.push(task) });
      } finally {
        for (const task of tasks) await task();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, play));
});
