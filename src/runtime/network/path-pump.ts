/**
 * Moves frames between a bond and one stream. What the stream does not take yet waits here: little, as the bond sends no
 * more over a path than it carries without a queue. Frames that wait go together.
 */
import type { FramedStream } from './framing.ts';

export interface PathPump {
  /** Begins to receive. */
  start(): void;
  send(frame: Uint8Array): void;
  /** Ends once all that waits has gone. Never rejects. */
  close(): Promise<void>;
}

export function createPathPump(
  line: FramedStream,
  { onFrame, onEnd }: { onFrame(frame: Uint8Array): void; onEnd(): void },
): PathPump {
  let waiting: Uint8Array[] = [];
  let sending: Promise<void> | undefined;
  let isOver = false;

  const end = (): void => {
    if (isOver) return;
    isOver = true;
    onEnd();
  };
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const frames = waiting;
      waiting = [];
      await line.send(frames);
    }
  };
  const receive = async (): Promise<void> => {
    for (;;) {
      const frame = await line.receive();
      if (frame === undefined || isOver) return;
      onFrame(frame);
    }
  };
  return {
    start: () => void receive().then(end, end),
    send(frame) {
      if (isOver) return;
      waiting.push(frame);
      sending ??= drain()
        .catch(end)
        .finally(() => {
          sending = undefined;
        });
    },
    async close() {
      isOver = true;
      await sending?.catch(() => undefined);
      await line.stream.close().catch(() => undefined);
    },
  };
}
