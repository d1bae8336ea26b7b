/**
 * The way from an opened page to a running chat: secure context, identity, name. Each stop on it has something to
 * say to the person, and none is a blank page.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Peer } from '../runtime/api.ts';
import { inWords } from './chat.ts';

export type Phase =
  | { kind: 'opening' }
  | { kind: 'insecure' }
  | { kind: 'failed'; reason: string }
  | { kind: 'welcome'; peer: Peer; entering: boolean; problem: string | undefined }
  | { kind: 'chat'; peer: Peer };

export interface Boot {
  readonly phase: ReadonlySignal<Phase>;
  start(): Promise<void>;
  /** Takes the name of a first visit and goes on to the channel. */
  enter(name: string, channel: string): Promise<void>;
}

export function createBoot(options: { secure: boolean; open: () => Promise<Peer> }): Boot {
  const phase = signal<Phase>({ kind: 'opening' });
  return {
    phase,
    async start() {
      if (!options.secure) {
        phase.value = { kind: 'insecure' };
        return;
      }
      phase.value = { kind: 'opening' };
      try {
        const peer = await options.open();
        phase.value = isNamed(peer)
          ? { kind: 'chat', peer }
          : { kind: 'welcome', peer, entering: false, problem: undefined };
      } catch (error) {
        phase.value = { kind: 'failed', reason: inWords(error) };
      }
    },
    async enter(name, channel) {
      const { value } = phase;
      if (value.kind !== 'welcome' || value.entering) return;
      phase.value = { ...value, entering: true };
      try {
        await value.peer.setName(name);
        await value.peer.channel(channel).join();
        phase.value = { kind: 'chat', peer: value.peer };
      } catch (error) {
        phase.value = { ...value, entering: false, problem: inWords(error) };
      }
    },
  };
}

/** Until a name is set, the identity is called by its dot1 or nothing. */
const isNamed = ({ identity }: Peer): boolean => identity.name !== '' && identity.name !== identity.dot1;
