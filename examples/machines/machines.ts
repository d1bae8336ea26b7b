/**
 * Two machines that meet by a ticket: one shows its ticket and answers, the other connects, says something sealed, opens a
 * pipe and fetches a file. Nothing of it needs a server.
 *
 *   npx node --conditions=pipes-source examples/machines/machines.ts here [folder]
 *   npx node --conditions=pipes-source examples/machines/machines.ts there <ticket> [folder]
 */
import { open } from 'pipes';

/** On all addresses of this machine, unless HOST says one. */
const network = process.env.HOST === undefined ? true : { host: process.env.HOST };

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);

async function here(dataDir = 'data/here'): Promise<void> {
  const peer = await open({ dataDir, name: 'Here', network });
  const film = await peer.put([new Uint8Array(3_000_000)]);
  peer.onMessage(async ({ from, name, bytes: said }) => {
    console.log(`${name}: ${text(said)}`);
    await peer.send(from, bytes(`the film is ${film.id}`));
  });
  peer.onPipe('shout/1', ({ readable, writable }) => {
    const shout = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, controller) => controller.enqueue(bytes(text(piece).toUpperCase())),
    });
    void readable.pipeThrough(shout).pipeTo(writable);
  });
  console.log(await peer.ticket());
  process.once('SIGINT', () => peer.close()).once('SIGTERM', () => peer.close());
}

async function there(ticket: string, dataDir = 'data/there'): Promise<void> {
  const peer = await open({ dataDir, name: 'There', network });
  const { identity, name } = await peer.connect(ticket);
  await peer.network.settled();
  const answer = new Promise<string>((resolve) => peer.onMessage(({ bytes: said }) => resolve(text(said))));
  const { delivered } = await peer.send(identity, bytes('what do you have?'));
  await delivered;
  console.log(`${name}: ${await answer}`);

  const pipe = await peer.pipe(identity, 'shout/1');
  const writer = pipe.writable.getWriter();
  void writer.write(bytes('can you hear me?')).then(() => writer.close());
  for await (const piece of pipe.readable) console.log(`${pipe.passage}: ${text(piece)}`);

  let size = 0;
  for await (const piece of peer.get((await answer).split(' ').at(-1) ?? '')) size += piece.length;
  console.log(`fetched ${size} bytes`);
  await peer.close();
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'there') await there(rest[0] ?? '', rest[1]);
else await here(rest[0]);
