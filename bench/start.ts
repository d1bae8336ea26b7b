/** From the command to an answer of /health: the relay compiled and its page built, as every start but the first finds it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { RELAY, root, serve } from './processes.ts';
import { type Line, median, ms } from './table.ts';

const ROUNDS = 7;
const BARE_FASTIFY = `
  const app = require('fastify')();
  app.get('/health', async () => ({ status: 'ok' }));
  app.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log(JSON.stringify({ port: app.server.address().port })));`;

export async function start(): Promise<Line[]> {
  const relay = await times(() => untilHealth([...RELAY, '--json']));
  const whole = await times(() => untilHealth([join(root, 'tools/run.js'), 'start', '--json', '--log-level', 'warn']));
  const fastify = await times(() => untilHealth(['-e', BARE_FASTIFY]));
  const node = await times(nothing);
  return [
    line('start of the relay to /health', relay, fastify, 'a bare Fastify'),
    line('the same against Node alone', relay, node, '`node -e 0`'),
    {
      ...line('`npm start` to /health, nothing to build', whole, fastify, 'a bare Fastify'),
      budget: '< 1,500 ms',
      met: whole < 1500,
    },
  ];
}

const line = (what: string, figure: number, limit: number, name: string): Line => ({
  ...{ what, figure: ms(figure), limit: `${ms(limit)} ${name}`, ratio: figure / limit, budget: '', met: undefined },
});

async function times(work: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < ROUNDS; i++) all.push(await work());
  return median(all);
}

async function untilHealth(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const server = await serve(args);
  try {
    const [response] = await once(
      get({ port: server.port, host: '127.0.0.1', path: '/health', agent: false }),
      'response',
    );
    response.resume();
    await once(response, 'end');
    if (response.statusCode !== 200) throw new Error(`/health answered ${response.statusCode}`);
    return performance.now() - begun;
  } finally {
    await server.stop();
  }
}

async function nothing(): Promise<number> {
  const begun = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - begun;
}
