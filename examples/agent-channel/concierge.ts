/**
 * One agent in two worlds, with one key: people talk to it in a channel, under seal, through a peer of its own that is
 * marked as a program; for what it does not know it asks another agent over keep. It runs until it is stopped.
 *
 *   npx node --conditions=pipes-source examples/agent-channel/concierge.ts [relay] [keep port] [folder]
 */
import { open } from 'pipes';
import { type Answer, KeepClient } from 'pipes/agent';

const [relay = 'http://localhost:4100', port = '9009', dataDir = 'data/concierge'] = process.argv.slice(2);
const peer = await open({ dataDir, relay, name: 'Concierge', agent: true });
const keep = new KeepClient({ port: Number(port), src: 'bot:concierge', dataDir });

const lobby = peer.channel('lobby');
const QUESTION = /^weather in (.{1,64})\?$/i;

lobby.on('message', async ({ author, text }) => {
  // Not itself, and not another program: two that answer each other never stop.
  const place = author.agent || author.self ? undefined : QUESTION.exec(text ?? '')?.[1];
  if (place === undefined) return;
  console.log(`${author.name} asks about ${place}`);
  await lobby.send(sentence(await keep.ask('bot:weather', place)));
});
await lobby.join();
console.log(
  `Concierge is in lobby, with key ${peer.identity.key} in both worlds: ${peer.identity.key === (await keep.key())}`,
);

const stop = () => Promise.all([peer.close(), keep.close()]);
process.once('SIGINT', stop).once('SIGTERM', stop);

function sentence(answer: Answer): string {
  if (answer.kind === 'answer') return `${answer.packet.src} says: ${answer.packet.body}`;
  return 'I could not find out.';
}
