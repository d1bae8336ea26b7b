/** What the page knows of the own identity on this device: whether its words are kept, and what is offered next. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Chat } from './chat.ts';
import { createFirstSteps, nextStep, type Step } from './first-steps.ts';
import type { Home } from './home.ts';
import { createRecovery, type Recovery } from './recovery.ts';

export interface Own {
  /** Whether the words can still be shown; undefined until that is known. */
  readonly wordsOpen: ReadonlySignal<boolean | undefined>;
  readonly step: ReadonlySignal<Step | undefined>;
  /** Puts off what is offered now. */
  later(): void;
  /** Begins the way through the words. */
  recovery(): Recovery;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

export interface OwnParts {
  readonly home: Pick<Home, 'recoveryWords' | 'confirmWords'>;
  readonly chat: Pick<Chat, 'channels' | 'conversation' | 'joined'>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly key: string;
  readonly now: () => number;
  readonly random: (below: number) => number;
}

export function createOwn({ home, chat, storage, key, now, random }: OwnParts): Own {
  const wordsOpen = signal<boolean | undefined>(undefined);
  const steps = createFirstSteps(storage, key);
  const messages = (): number =>
    chat.channels.value.reduce((sum, channel) => sum + (channel.joined ? channel.count : 0), 0);

  /** What cannot be read cannot be offered; the settings say why when it is asked for. */
  async function look(): Promise<void> {
    wordsOpen.value = await home.recoveryWords().then(
      (words) => words !== undefined,
      () => true,
    );
  }

  const step = computed(() => {
    if (wordsOpen.value === undefined) return undefined;
    const alone = chat.joined.value === true && chat.conversation.value.members.value?.length === 1;
    return nextStep(steps.put.value, { wordsOpen: wordsOpen.value, alone, messages: messages(), now: now() });
  });

  void look();
  return {
    wordsOpen,
    step,
    later() {
      const offered = step.peek();
      if (offered !== undefined) steps.later(offered, { messages: messages(), now: now() });
    },
    recovery: () =>
      createRecovery(home, random, () => {
        wordsOpen.value = false;
      }),
    refresh() {
      steps.refresh();
      void look();
    },
  };
}
