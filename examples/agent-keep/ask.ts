/**
 * Asks the weather agent, and says what became of it: an answer, or why there is none.
 *
 *   npx node --conditions=pipes-source examples/agent-keep/ask.ts [port] [place]
 */
import { KeepClient } from 'pipes/agent';

const [port = '9009', place = 'Lisbon'] = process.argv.slice(2);
await using agent = new KeepClient({ port: Number(port), src: 'bot:traveller' });

const answer = await agent.ask('bot:weather', place, { deadlineMs: 5000, untilQueued: true });
if (answer.kind === 'answer') console.log(`${answer.packet.src}: ${answer.packet.body}`);
else if (answer.kind === 'refused') console.log(`no answer: ${answer.error}`);
else console.log(answer.queued ? 'it is away, and will find the ask when it is back' : 'no answer in time');
