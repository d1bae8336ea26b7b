/** The connection to the relay, and what waits for it. */
import type { Status } from '../../../runtime/api.ts';
import { sentence, withoutAddress } from '../phrase.ts';
import { many } from './speech.ts';

export const connection = {
  connection: (status: Status): string => {
    if (status.connection === 'online') return 'Connected';
    if (status.connection === 'local') return 'This device only';
    return status.connection === 'connecting' ? 'Connecting…' : 'Offline';
  },
  offline: (problem: string | undefined): string =>
    `Offline: ${sentence(withoutAddress(problem ?? 'the relay cannot be reached'))} You can go on writing.`,
  /** What an error says, as it is or in words of the language. */
  reason: (problem: string): string => problem,
  waiting: (count: number): string =>
    many(count, {
      one: '# message waits here until the relay is back.',
      other: '# messages wait here until the relay is back.',
    }),
  /** What the relay says of other machines. */
  machines: (connected: number, exchanging: number): string => {
    if (connected === 0) return 'No other machine can be reached now.';
    const joined = many(connected, {
      one: 'Connected with # other machine',
      other: 'Connected with # other machines',
    });
    return exchanging > 0 ? `${joined}, catching up.` : `${joined}.`;
  },
  queued: (count: number): string => many(count, { one: '# queued', other: '# queued' }),
};
