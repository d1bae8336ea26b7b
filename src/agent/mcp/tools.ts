/**
 * The tools of `pipes mcp`: the five of the published server under their names, with their arguments and answers, and
 * two more. Answers are text, as published: a body, or JSON. What fails is said in the answer, never thrown.
 */

import { utf8 } from '../../core/bytes.ts';
import { ensureServer } from '../client/ensure.ts';
import { isServers } from '../client/packets.ts';
import type { AgentPacket, Answer } from '../client/types.ts';
import type { KeepClient } from '../client.ts';
import { entries, messages } from './messages.ts';
import type { Post } from './post.ts';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
  };
  readonly readOnly: boolean;
  /** Throws for what fails. */
  run(post: Post, args: Arguments, signal: AbortSignal): Promise<string>;
  /** How a failure is said. Default: as JSON, {"error"}. */
  failure?(message: string): string;
}

/** As the schema has let them through. */
type Arguments = Readonly<Record<string, unknown>>;

/** How long keep_send waits for an answer; the published client's timeout. */
const ANSWER_MS = 10_000;
const LONGEST_LISTEN_S = 3600;
const MOST_PACKETS = 500;

const text = (description: string, extra: object = {}) => ({ type: 'string', description, ...extra });
const integer = (description: string, extra: object = {}) => ({ type: 'integer', minimum: 0, description, ...extra });

interface SendArguments {
  readonly dst: string;
  readonly body: string;
  readonly fee?: number;
  readonly ttl?: number;
  readonly scar?: string;
}

const keepSend: Tool = {
  name: 'keep_send',
  description:
    'Send a signed packet to an agent, and get what it answers. The answer is a body; "done" from the server itself; ' +
    '"queued" where the agent is away and the server keeps the packet for it; "error:offline" where nobody has that name.',
  inputSchema: {
    type: 'object',
    properties: {
      dst: text('To whom: an agent such as "bot:weather", "swarm:research", "nearest:planner", or "server".'),
      body: text('What to say.'),
      fee: integer('Fee in satoshis; raises the priority where the server asks for fees.', { default: 0 }),
      ttl: integer('Seconds for which the packet is worth delivering.', { default: 60, maximum: 4_294_967_295 }),
      scar: text('Memory to share along, as text.', { default: '' }),
    },
    required: ['dst', 'body'],
  },
  readOnly: false,
  async run(post, args, signal) {
    const { dst, body, fee = 0, ttl = 60, scar = '' } = args as unknown as SendArguments;
    const options = { fee, ttl, scar: utf8(scar), signal };
    const client = await post.ready();
    if (isServers(dst)) return (await client.send(body, { ...options, dst }))?.body ?? 'sent';
    return sentence(await client.ask(dst, body, { ...options, deadlineMs: ANSWER_MS, untilQueued: true }));
  },
  failure: (message) => `error: ${message}`,
};

const keepDiscover: Tool = {
  name: 'keep_discover',
  description: 'Ask the keep server about itself: "info", "agents" or "stats". Answers with JSON.',
  inputSchema: {
    type: 'object',
    properties: { query: text('What to ask for.', { default: 'info' }) },
  },
  readOnly: true,
  run: async (post, { query = 'info' }, signal) =>
    JSON.stringify(await (await post.ready()).discover(String(query), { signal }), null, 2),
};

const keepDiscoverAgents: Tool = {
  name: 'keep_discover_agents',
  description: 'List the names of the agents that are connected now, as a JSON array.',
  inputSchema: { type: 'object', properties: {} },
  readOnly: true,
  run: async (post, _args, signal) => JSON.stringify(await (await post.ready()).discoverAgents({ signal })),
};

const keepListen: Tool = {
  name: 'keep_listen',
  description:
    'Wait for packets from other agents for some seconds, and get those that came, with those that came since the ' +
    'last call: {"messages": [{src, dst, body}], "count"}. They are also pushed: subscribe to keep://inbox.',
  inputSchema: {
    type: 'object',
    properties: {
      timeout: { type: 'number', minimum: 0, maximum: LONGEST_LISTEN_S, default: 10, description: 'Seconds.' },
      register_src: text('Another name to listen under for this while.'),
    },
  },
  readOnly: false,
  async run(post, args, signal) {
    const { timeout = 10, register_src: name } = args as { timeout?: number; register_src?: string };
    const client = await post.ready();
    const isOther = name !== undefined && name !== '' && name !== client.src;
    if (isOther) return messages(await listenAs(post, name, timeout, signal));
    await heard(client, timeout, signal);
    return messages((await client.takeInbox(MOST_PACKETS)).map(({ packet }) => packet));
  },
};

const keepEnsureServer: Tool = {
  name: 'keep_ensure_server',
  description:
    'See to it that a keep server runs on this machine: where none answers, "pipes up" is started. ' +
    'Answers {"running", "method": "existing" | "pipes" | "failed"}.',
  inputSchema: { type: 'object', properties: {} },
  readOnly: false,
  async run({ client: { host, port } }) {
    const ensured = await ensureServer({ host, port });
    const { method } = ensured;
    const problem = method === 'failed' ? { problem: ensured.problem } : {};
    return JSON.stringify({ running: method !== 'failed', method, ...problem });
  },
};

const keepInbox: Tool = {
  name: 'keep_inbox',
  description:
    'Get the packets that came in and were not yet read, without waiting: {"messages": [{src, dst, body, id, key, fee, ' +
    'typ, received}], "count"}. `key` is who signed: names can be taken by others, keys cannot. With all: the latest, read or not.',
  inputSchema: {
    type: 'object',
    properties: {
      limit: integer('At most so many.', { default: 50, minimum: 1, maximum: MOST_PACKETS }),
      all: { type: 'boolean', default: false, description: 'Also what was read before.' },
    },
  },
  readOnly: false,
  async run(post, args) {
    const { limit = 50, all = false } = args as { limit?: number; all?: boolean };
    const list = all ? await post.client.inbox(limit) : await post.client.takeInbox(limit);
    return entries(list);
  },
};

const keepClaim: Tool = {
  name: 'keep_claim',
  description:
    "Claim this agent's name for its key, so that nobody else can take it and packets wait for it while it is away; " +
    'or hand the name to another key. Answers {"claimed", "name", "key"} or {"error"}.',
  inputSchema: {
    type: 'object',
    properties: {
      expires_s: integer('Seconds for which the claim holds. Default: as long as the server allows.'),
      transfer_to_pk: text('64 hex characters: the key that shall have the name.'),
    },
  },
  readOnly: false,
  async run(post, args, signal) {
    const { expires_s: expiresS, transfer_to_pk: transferTo } = args as { expires_s?: number; transfer_to_pk?: string };
    const client = await post.ready();
    const given = { ...(expiresS !== undefined && { expiresS }), ...(transferTo !== undefined && { transferTo }) };
    const claim = await client.claim({ ...given, signal });
    if (claim.kind === 'refused') return JSON.stringify({ error: claim.error });
    return JSON.stringify({ claimed: true, name: client.src, key: transferTo ?? (await client.key()) });
  },
};

export const tools: readonly Tool[] = [
  ...[keepSend, keepDiscover, keepDiscoverAgents, keepListen, keepEnsureServer],
  ...[keepInbox, keepClaim],
];

/** What the published tool would say. "sent" is what it says where no answer came. */
function sentence(answer: Answer): string {
  if (answer.kind === 'answer') return answer.packet.body;
  if (answer.kind === 'refused') return `error:${answer.error}`;
  return answer.queued ? 'queued' : 'sent';
}

/** Under the name for that while alone, with the same key. */
async function listenAs(post: Post, name: string, seconds: number, signal: AbortSignal): Promise<AgentPacket[]> {
  await using client = await post.as(name);
  return heard(client, seconds, signal);
}

async function heard(client: KeepClient, seconds: number, signal: AbortSignal): Promise<AgentPacket[]> {
  const packets: AgentPacket[] = [];
  await client.listen((packet) => packets.push(packet), { timeoutMs: seconds * 1000, signal });
  return packets;
}
