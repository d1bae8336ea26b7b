/**
 * Yamux as libp2p has it tells the sender of room after every piece that came: a message, sealed and written by itself,
 * for every 30 KB. It need not before much of the least window has been used up (decisions/0029-speed-between-peers.md).
 */

/** What is used of a yamux stream; streams of other muxers have no such method and are left as they are. */
export interface WindowedStream {
  sendWindowUpdate?(): void;
  addEventListener(type: 'message', listener: (event: { data: { readonly byteLength: number } }) => void): void;
}

/** Half of the window that a stream begins with, below which none of them falls. */
const LEAST_NEWS_BYTES = 131_072;

/** Call it before any other listener for messages is added. The first word goes out at once: it may be a greeting, too. */
export function tellOfRoomSeldom(stream: WindowedStream): void {
  const tell = stream.sendWindowUpdate?.bind(stream);
  if (tell === undefined) return;
  let untold = LEAST_NEWS_BYTES;
  stream.addEventListener('message', ({ data }) => {
    untold += data.byteLength;
  });
  stream.sendWindowUpdate = () => {
    if (untold < LEAST_NEWS_BYTES) return;
    untold = 0;
    tell();
  };
}
