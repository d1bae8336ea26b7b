/**
 * A made-up Peer for the workbench and tests: everything in memory, in any state one asks for. It keeps the public
 * API's promises that the page relies on, and breaks them on request.
 */
import type {
  Channel,
  ChannelSummary,
  KnownPerson,
  Member,
  Message,
  OutgoingFile,
  Peer,
  RosterEvent,
  Status,
} from '../../runtime/api.ts';

export interface FakeOptions {
  name?: string;
  /** The name that the relay knows for this identity. */
  elsewhere?: string;
  status?: Partial<Status>;
  channels?: ChannelSummary[];
  messages?: Message[];
  members?: Member[];
  roster?: RosterEvent[];
  /** What is known of members beyond their being there. */
  people?: Record<string, Partial<KnownPerson>>;
  /** Never answers, or always fails. */
  reading?: 'never' | 'fails';
  sending?: 'fails' | 'queues';
}

export interface FakePeer extends Peer {
  /** Lets a message come in. */
  deliver(message: Message): void;
}

type Listener = (value: never) => void;

/** What goes from identity to identity, the page has no part in. */
const absent = (): never => {
  throw new Error('Cannot reach other identities: the made-up peer has no network');
};

const KEY = 'a1'.repeat(32);
const DOT1 = 'dot1:3fa85f6457174562';

export const self = (name: string): Member => ({ key: KEY, dot1: DOT1, name, self: true, agent: false, by: 'profile' });

export function createFakePeer(options: FakeOptions = {}): FakePeer {
  const identity = { key: KEY, dot1: DOT1, agreementKey: 'b2'.repeat(32), name: options.name ?? '' };
  const listeners = new Map<string, Set<Listener>>();
  const messages = [...(options.messages ?? [])];
  const members = options.members ?? [self(identity.name)];
  const channels = options.channels ?? [{ name: 'main', joined: true, count: messages.length, latest: undefined }];
  const status: Status = {
    relay: 'http://localhost',
    connection: 'online',
    queued: 0,
    problem: undefined,
    ...options.status,
  };
  const people = new Map(members.map((member) => [member.key, knownPerson(member, options.people?.[member.key])]));
  const places = new Map(messages.map(({ id }, index) => [id, index]));
  let sent = 0;

  const on = (event: string, listener: Listener): (() => void) => {
    const held = listeners.get(event) ?? new Set();
    listeners.set(event, held.add(listener));
    return () => held.delete(listener);
  };
  const emit = (event: string, value?: unknown): void => {
    for (const listener of listeners.get(event) ?? []) (listener as (value: unknown) => void)(value);
  };
  const put = (message: Message): void => {
    const at = places.get(message.id) ?? messages.length;
    places.set(message.id, at);
    messages[at] = message;
    emit(`message:${message.channel}`, message);
  };

  function change(key: string, news: Partial<KnownPerson>): void {
    const person = people.get(key);
    if (person) people.set(key, { ...person, acknowledged: true, keyChanged: false, ...news });
    for (const { name } of channels) emit(`members:${name}`, members);
  }

  function channel(name: string): Channel {
    return {
      name,
      async join() {
        const at = channels.findIndex((each) => each.name === name);
        if (at === -1) channels.push({ name, joined: true, count: 0, latest: undefined });
        else channels[at] = { ...(channels[at] as ChannelSummary), joined: true };
        emit('channels');
      },
      async leave() {
        const at = channels.findIndex((each) => each.name === name);
        if (at !== -1) channels[at] = { ...(channels[at] as ChannelSummary), joined: false };
        emit('channels');
      },
      async send(text, extra) {
        if (options.sending === 'fails') throw new Error('Cannot send: the device has no space left');
        const message = own(name, identity.name, text, extra?.files ?? [], sent++);
        put(message);
        if (options.sending !== 'queues') setTimeout(() => put({ ...message, delivery: { state: 'sent' } }), 60);
        return message;
      },
      async retry(id) {
        const message = messages.find((each) => each.id === id);
        if (message) put({ ...message, delivery: { state: 'sent' } });
      },
      async discard(id) {
        const at = messages.findIndex((each) => each.id === id && each.delivery.state !== 'sent');
        if (at === -1) return false;
        messages.splice(at, 1);
        places.clear();
        for (const [index, each] of messages.entries()) places.set(each.id, index);
        emit(`discarded:${name}`, id);
        return true;
      },
      shareHistory: async () => messages.length,
      roster: async () => options.roster ?? [],
      async messages({ limit = 100, before } = {}) {
        if (options.reading === 'never') return new Promise(() => {});
        if (options.reading === 'fails') throw new Error('Cannot read messages: the database is damaged');
        const older = before ? messages.filter(({ time }) => time < before) : messages;
        return older.filter((message) => message.channel === name).slice(-limit);
      },
      members: async () => members,
      on: (event: string, listener: Listener) => on(`${event}:${name}`, listener),
    };
  }

  return {
    identity,
    // The page shows none of these.
    get logs(): never {
      throw new Error('Cannot use logs: the made-up peer has none');
    },
    get bundles(): never {
      throw new Error('Cannot use bundles: the made-up peer has none');
    },
    get network(): never {
      throw new Error('Cannot use the network: the made-up peer has none');
    },
    ...{
      ticket: absent,
      connect: absent,
      peers: absent,
      send: absent,
      resolve: absent,
      claimName: absent,
      onMessage: absent,
      pipe: absent,
      onPipe: absent,
      put: absent,
      get: absent,
      paths: absent,
    },
    people: {
      list: async () => [...people.values()],
      safetyNumber: async (key) => (key === KEY || !people.has(key) ? undefined : digits(key)),
      setVerified: async (key, verified) => change(key, { verified: verified ? new Date() : undefined }),
      accept: async (key) => change(key, { acknowledged: true, keyChanged: false }),
    },
    async setName(name) {
      identity.name = name;
    },
    async adoptProfile() {
      if (identity.name !== '' || options.elsewhere === undefined) return false;
      identity.name = options.elsewhere;
      return true;
    },
    channel,
    channels: async () => [...channels],
    status: () => status,
    on: (event: string, listener: Listener) => on(event, listener),
    close: async () => undefined,
    deliver: put,
  };
}

const WEEK = 7 * 24 * 60 * 60_000;

const knownPerson = (member: Member, more: Partial<KnownPerson> = {}): KnownPerson => {
  const { key, dot1, name, self, agent } = member;
  const met = { since: new Date(Date.now() - WEEK), verified: undefined, keyChanged: false, acknowledged: false };
  return { key, dot1, name, self, agent, ...met, ...more };
};

/** Sixty digits that look like a safety number. */
const digits = (key: string): string =>
  Array.from({ length: 60 }, (_, index) => Number.parseInt(key[index] ?? '0', 16) % 10).join('');

function own(channel: string, name: string, text: string, files: readonly OutgoingFile[], count: number): Message {
  return {
    id: `f${count.toString(16).padStart(63, '0')}`,
    channel,
    time: new Date(),
    author: { key: KEY, dot1: DOT1, name, self: true, agent: false },
    text,
    files: files.map(({ name, type, bytes }) => ({ name, type, size: bytes.length, read: async () => bytes })),
    lock: { state: 'open', readers: 3 },
    delivery: { state: 'queued' },
  };
}
