/** What it is like for two peers when one of the relays between them dies or freezes. */
import { measure } from '../test/network/exchange.ts';
import type { Machine } from '../test/network/machine.ts';
import { lastFirst } from '../test/network/namespaces.ts';
import { twoRelays } from '../test/network/relays.ts';
import { type Line, ms } from './table.ts';

export async function peersGaps(): Promise<Line[]> {
  return [
    await gap('frozen', (relay) => void relay.child.kill('SIGSTOP')),
    await gap('killed', (relay) => relay.end('SIGKILL')),
  ];
}

async function gap(kind: string, happen: (relay: Machine) => unknown): Promise<Line> {
  const tasks: (() => unknown)[] = [];
  try {
    const { ann, ben, relays } = await twoRelays(lastFirst({ after: (task) => void tasks.push(task) }), 'loopback');
    const { longestMs, usualMs, silenceMs, messages } = await measure(ann, ben, () => happen(relays[0]));
    return {
      ...{ what: `one of two relays between is ${kind}: longest silence`, figure: ms(silenceMs) },
      limit: `${ms(usualMs)} longest way before, ${ms(longestMs)} after; ${messages} messages, none lost, none twice`,
      ...{ ratio: undefined, budget: '< 1,000 ms', met: silenceMs < 1000 && longestMs < 1000 },
    };
  } finally {
    for (const task of tasks) await task();
  }
}
