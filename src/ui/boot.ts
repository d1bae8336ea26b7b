/**
 * The way from an opened page to a running chat: secure context, identity, name; and the way out. Each stop on it
 * has something to say to the person, and none is a blank page.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Peer } from '../runtime/api.ts';
import { inWords } from './chat.ts';
import type { Home } from './home.ts';
import { isNamed } from './names.ts';
import { HOME } from './route.ts';

export type Phase =
  | { kind: 'opening' }
  | { kind: 'insecure' }
  | { kind: 'failed'; reason: string; leaving: boolean }
  /** `unnamed`: the identity is there and has no name. */
  | { kind: 'welcome'; unnamed: boolean; entering: boolean; problem: string | undefined }
  | { kind: 'restore'; restoring: boolean; problem: string | undefined }
  | { kind: 'leaving' }
  /** Logged out: what is left of the page knows nothing any more. */
  | { kind: 'left' }
  | { kind: 'chat'; peer: Peer; channel: string };

export interface Boot {
  readonly phase: ReadonlySignal<Phase>;
  start(): Promise<void>;
  /** Takes the name of a first visit and goes on to the channel. */
  enter(name: string): Promise<void>;
  /** To where 24 words are typed, and back. */
  goTo(kind: 'restore' | 'welcome'): void;
  /** Takes over the identity of this seed. */
  restore(seed: Uint8Array): Promise<void>;
  /** Logs out; whether everything is gone. */
  leave(): Promise<boolean>;
  /** Another tab has logged out. */
  toldToLeave(): Promise<void>;
}

export interface BootOptions {
  readonly secure: boolean;
  readonly home: Pick<Home, 'find' | 'create' | 'tellArrived' | 'restore' | 'wipe' | 'close'>;
  /** The channel that the address names. */
  asked(): string | undefined;
}

const WELCOME = { kind: 'welcome', unnamed: false, entering: false, problem: undefined } as const;

export function createBoot({ secure, home, asked }: BootOptions): Boot {
  const phase = signal<Phase>({ kind: 'opening' });
  let peer: Peer | undefined;

  const goIn = async (named: Peer): Promise<void> => {
    phase.value = { kind: 'chat', peer: named, channel: asked() ?? (await usual(named)) };
  };
  const fail = (error: unknown, leaving: boolean): void => {
    phase.value = { kind: 'failed', reason: inWords(error), leaving };
  };

  return {
    phase,
    async start() {
      if (!secure) {
        phase.value = { kind: 'insecure' };
        return;
      }
      phase.value = { kind: 'opening' };
      try {
        peer = await home.find();
        if (peer !== undefined && (await hasName(peer))) await goIn(peer);
        else phase.value = { ...WELCOME, unnamed: peer !== undefined };
      } catch (error) {
        fail(error, false);
      }
    },
    async enter(name) {
      const { value } = phase;
      if (value.kind !== 'welcome' || value.entering) return;
      phase.value = { ...value, entering: true };
      try {
        peer ??= await home.create();
        // Another tab may have been quicker.
        if (!isNamed(peer)) await peer.setName(name);
        await peer.channel(asked() ?? HOME).join();
        home.tellArrived();
        await goIn(peer);
      } catch (error) {
        phase.value = { ...value, entering: false, problem: inWords(error) };
      }
    },
    goTo(kind) {
      if (phase.value.kind !== 'welcome' && phase.value.kind !== 'restore') return;
      phase.value = kind === 'welcome' ? { ...WELCOME } : { kind, restoring: false, problem: undefined };
    },
    async restore(seed) {
      if (phase.value.kind !== 'restore' || phase.value.restoring) return;
      phase.value = { kind: 'restore', restoring: true, problem: undefined };
      try {
        peer = undefined;
        peer = await home.restore(seed);
        if (await hasName(peer)) await goIn(peer);
        else phase.value = { ...WELCOME, unnamed: true };
      } catch (error) {
        phase.value = { kind: 'restore', restoring: false, problem: inWords(error) };
      }
    },
    async leave() {
      phase.value = { kind: 'leaving' };
      try {
        await home.wipe();
        peer = undefined;
        phase.value = { kind: 'left' };
        return true;
      } catch (error) {
        fail(error, true);
        return false;
      }
    },
    async toldToLeave() {
      phase.value = { kind: 'left' };
      peer = undefined;
      await home.close();
    },
  };
}

/** Whether it has a name, here or by what the relay knows of it. A relay that is away is asked at the next visit. */
async function hasName(peer: Peer): Promise<boolean> {
  if (!isNamed(peer)) await peer.adoptProfile().catch(() => false);
  return isNamed(peer);
}

/** Where one goes who was sent nowhere: the common channel, unless one is in others and not in that. */
async function usual(peer: Peer): Promise<string> {
  const joined = (await peer.channels().catch(() => [])).filter((channel) => channel.joined).map(({ name }) => name);
  return joined.includes(HOME) ? HOME : (joined.sort()[0] ?? HOME);
}
