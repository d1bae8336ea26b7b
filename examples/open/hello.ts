/**
 * The shortest program: a peer of your own, its identity and messages in data/hello, that says hello to a channel and
 * prints what is said there until it is stopped. Without a relay to reach, the message waits and goes out later.
 *
 *   npx node --conditions=pipes-source examples/open/hello.ts [relay] [folder]
 */
import { open } from 'pipes';

const [relay = 'http://localhost:4100', dataDir = 'data/hello'] = process.argv.slice(2);
const peer = await open({ dataDir, relay, name: 'Hello' });
peer.channel('main').on('message', ({ author, text, delivery }) => {
  console.log(`${author.name}: ${text ?? 'not for us'} (${delivery.state})`);
});
await peer.channel('main').send('Hello from a program of three lines');

process.once('SIGINT', () => peer.close()).once('SIGTERM', () => peer.close());
