/**
 * An agent that others reach by name through a keep server: it answers every ask until it is stopped. Where the server
 * knows claims, it claims its name, so that nobody can take it and asks wait for it while it is away.
 *
 *   npx node --conditions=pipes-source examples/agent-keep/weather.ts [port] [folder]
 */
import { KeepClient } from 'pipes/agent';

const [port = '9009', dataDir = 'data/weather'] = process.argv.slice(2);
const agent = await new KeepClient({ port: Number(port), src: 'bot:weather', dataDir }).connect();
const claim = await agent.claim();
console.log(`bot:weather listens (${claim.kind})`);

process.once('SIGINT', () => agent.close()).once('SIGTERM', () => agent.close());

for await (const packet of agent.listen()) {
  const answer = `Sun over ${packet.body}, as always.`;
  await agent.reply(packet, answer);
  console.log(`${packet.src} asked "${packet.body}": ${answer}`);
}
