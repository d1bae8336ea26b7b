/** A peer in a browser with a network of its own, driven by network.test.ts. */
import { open } from '../../src/open/browser.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);

async function start(name: string) {
  const errors: string[] = [];
  const peer = await open({ name, network: true, onError: (error) => errors.push(String(error)) });
  const heard: string[] = [];
  peer.onMessage(({ name: from, bytes: said }) => void heard.push(`${from}: ${text(said)}`));
  peer.onPipe('echo/1', (pipe) => void pipe.readable.pipeTo(pipe.writable));
  return {
    identity: peer.identity.key,
    errors,
    heard,
    connect: (ticket: string) => peer.connect(ticket),
    ticket: () => peer.ticket(),
    addresses: () => peer.network.addresses(),
    peers: () => peer.peers(),
    settled: () => peer.network.settled(),
    async say(to: string, said: string): Promise<void> {
      await (await peer.send(to, bytes(said))).delivered;
    },
    async echo(to: string, said: string): Promise<string> {
      const pipe = await peer.pipe(to, 'echo/1');
      const writer = pipe.writable.getWriter();
      void writer.write(bytes(said)).then(() => writer.close());
      let back = '';
      const reader = pipe.readable.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) back += text(next.value);
      return `${pipe.passage} ${back}`;
    },
    async put(size: number): Promise<string> {
      return (await peer.put([new Uint8Array(size).fill(5)])).id;
    },
    async get(id: string): Promise<number> {
      let size = 0;
      for await (const piece of peer.get(id)) size += piece.length;
      return size;
    },
    async write(channel: string, said: string): Promise<void> {
      await peer.channel(channel).send(said);
    },
    async texts(channel: string): Promise<(string | undefined)[]> {
      return (await peer.channel(channel).messages()).map(({ text: each }) => each);
    },
    join: (channel: string) => peer.channel(channel).join(),
    passages: (identity: string) => peer.paths(identity).map(({ passage }) => passage),
  };
}

declare global {
  var startPeer: typeof start;
  var peer: Awaited<ReturnType<typeof start>>;
}

globalThis.startPeer = start;
