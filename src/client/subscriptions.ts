/** Who listens to what: one stream for each channel that has handlers, closed with the last of them. */
import type { Incoming } from './incoming.ts';
import type { ClientPorts } from './ports.ts';
import type { RelayApi } from './relay-api.ts';
import { openStream, type Stream } from './stream.ts';
import type { MessageHandler, ReceivedMessage } from './types.ts';

export interface Subscriptions {
  /** Returns what ends it. */
  add(channel: string, handler: MessageHandler): () => void;
  /** Resolves once every handler added so far gets what is sent from then on. */
  ready(): Promise<void>;
  /** Hands a message that came another way to the handlers of all channels. */
  handToAll(message: ReceivedMessage): void;
  close(): void;
}

export interface SubscriptionParts {
  readonly api: RelayApi;
  readonly ports: ClientPorts;
  readonly incoming: Incoming;
  /** Whether a message is to be left out. */
  readonly leaveOut: (message: ReceivedMessage) => boolean;
  readonly onProblem: (problem: Error) => void;
}

interface Subscription {
  readonly channel: string;
  readonly handler: MessageHandler;
}

export function createSubscriptions({ api, ports, incoming, leaveOut, onProblem }: SubscriptionParts): Subscriptions {
  const all = new Set<Subscription>();
  const streams = new Map<string, Stream>();
  const of = (channel: string): Subscription[] => [...all].filter((each) => each.channel === channel);

  const hand = (message: ReceivedMessage, subscriptions: readonly Subscription[]): void => {
    for (const { handler } of subscriptions) {
      const called = (async () => handler(message))();
      called.catch((error) => onProblem(error instanceof Error ? error : new Error(String(error))));
    }
  };

  const open = (channel: string): Stream => {
    const deliver = async (served: unknown): Promise<void> => {
      const message = await incoming.read(served, channel, api);
      if (!leaveOut(message)) hand(message, of(channel));
    };
    return openStream({ channel, api, ports, deliver, onProblem });
  };

  const remove = (subscription: Subscription): void => {
    const { channel } = subscription;
    all.delete(subscription);
    if (of(channel).length > 0) return;
    streams.get(channel)?.stop();
    streams.delete(channel);
  };

  return {
    add(channel, handler) {
      const subscription = { channel, handler };
      all.add(subscription);
      if (!streams.has(channel)) streams.set(channel, open(channel));
      return () => remove(subscription);
    },
    async ready() {
      await Promise.all([...streams.values()].map((stream) => stream.ready));
    },
    handToAll: (message) => hand(message, [...all]),
    close() {
      for (const subscription of [...all]) remove(subscription);
    },
  };
}
