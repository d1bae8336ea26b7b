/**
 * What comes in unasked: entered once in the inbox, handed to whoever listens, acknowledged once it is safe. What comes
 * while nobody listens waits for the first who does.
 */
import type { Inbox } from './inbox.ts';
import { isServersWord } from './packets.ts';
import { createQueue, type Queue } from './queue.ts';
import type { AgentPacket, ListenOptions } from './types.ts';

export interface ListeningPorts {
  readonly inbox: () => Promise<Inbox>;
  /** Tells the server that it need not keep the packet any longer. */
  readonly acknowledge: (packet: AgentPacket) => void;
  /** Has the server wait with more, or go on. */
  readonly hold: (isHeld: boolean) => void;
}

export interface Listening {
  take(packet: AgentPacket): Promise<void>;
  listen(options: ListenOptions): AsyncIterableIterator<AgentPacket>;
  /** Ends all listening. */
  end(): void;
}

const HEARTBEAT = 2;
/** More than so many waiting for one listener, and the server is to wait. */
const HIGH = 256;

export function createListening({ inbox, acknowledge, hold }: ListeningPorts): Listening {
  const listeners = new Map<Queue<AgentPacket>, ListenOptions>();
  const full = new Set<unknown>();
  const press = (who: unknown, isFull: boolean): void => {
    if (isFull) full.add(who);
    else full.delete(who);
    hold(full.size > 0);
  };
  const backlog: AgentPacket[] = [];
  const hand = (packet: AgentPacket, wants: (options: ListenOptions) => boolean): void => {
    for (const [queue, options] of listeners) if (wants(options)) queue.push(packet);
  };

  return {
    async take(packet) {
      if (packet.typ === HEARTBEAT) return;
      if (isServersWord(packet)) return hand(packet, ({ withServer }) => withServer === true);
      const { insert, isDurable } = await inbox();
      const isNew = await insert(packet);
      if (isDurable || !isNew) acknowledge(packet);
      if (!isNew) return;
      hand(packet, () => true);
      if (listeners.size > 0) return;
      backlog.push(packet);
      if (backlog.length > HIGH) press(backlog, true);
    },
    listen(options) {
      const { signal, timeoutMs } = options;
      const end = (): void => queue.end();
      const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
      const queue: Queue<AgentPacket> = createQueue<AgentPacket>({
        high: HIGH,
        onPressure: (isFull) => press(queue, isFull),
        onDone: acknowledge,
        onEnd: () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          listeners.delete(queue);
          press(queue, false);
        },
      });
      for (const packet of backlog.splice(0)) queue.push(packet);
      press(backlog, false);
      listeners.set(queue, options);
      if (signal?.aborted) end();
      signal?.addEventListener('abort', end);
      return queue;
    },
    end() {
      for (const listener of [...listeners.keys()]) listener.end();
    },
  };
}
