/** Other machines: which are joined with this one, over what paths, and how others join. */
import type { Machine, MachinePath } from '../../machines.ts';
import { number, percent } from './speech.ts';

export const machines = {
  others: {
    title: 'Other machines',
    open: 'Other machines…',
    close: 'Close',
    what: 'What this machine holds it shares with these: directly where it can, else through relays that cannot read it.',
    none: 'No other machine is joined with this one yet.',
    list: 'Machines that are joined with this one',
    unnamed: 'Without a name',
    state: ({ isConnected, isSettled }: Machine): string => {
      if (!isConnected) return 'Away';
      return isSettled ? 'In sync' : 'Catching up…';
    },
    passage: { direct: 'Direct', local: 'On the local network', relayed: 'Through a relay' },
    path: ({ state, roundTripMs, loss }: MachinePath): string => {
      if (state === 'opening') return 'opening';
      if (state !== 'up') return 'silent';
      const measured = roundTripMs === undefined ? [] : [`${number(Math.ceil(roundTripMs))} ms`];
      return [...measured, ...(loss >= 0.005 ? [`${percent(loss, 1)} lost`] : [])].join(', ');
    },
    join: 'Join another one',
    joinWhat:
      'There, scan this code or enter this ticket; or paste here the ticket that it shows. Whoever has a ticket can join, for 30 days.',
    show: 'Show the ticket of this machine',
    noTicket: 'The relay gives no ticket now.',
    ticket: 'Ticket of this machine',
    qr: 'Code with the ticket of this machine, to be scanned with a camera',
    copy: 'Copy',
    copied: 'Ticket copied',
    field: 'Ticket of the other machine',
    connect: 'Connect',
    connecting: 'Connecting…',
    outcome: {
      connected: 'Connected. What is missing comes now.',
      remembered: 'Nobody answers yet. It is remembered, and tried again.',
      refused: 'That is no ticket of another machine: it begins with pipes1 and has one line.',
      failed: 'The relay of this page did not answer.',
    },
  },
};
