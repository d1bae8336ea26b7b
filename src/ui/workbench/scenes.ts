/** The states that the workbench shows, each a made-up peer (or a way to fail). Times count back from `now`. */
import type { ChannelSummary, Lock, Member, Message, RosterEvent } from '../../runtime/api.ts';
import { createFakePeer, type FakePeer, self } from './fake.ts';
import type { Scene } from './scene.ts';
import { arriving } from './scenes-arrive.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const person = (seed: number, name: string, extra: Partial<Member> = {}): Member => {
  const key = (seed * 7919).toString(16).padStart(4, '0').repeat(16);
  return { key, dot1: `dot1:${key.slice(0, 16)}`, name, self: false, agent: false, by: 'profile', ...extra };
};

const me = self('Ada Lovelace');
const grace = person(3, 'Grace Hopper');
const graceToo = person(6, 'Grace Hopper');
const echo = person(8, 'echo', { agent: true });
const amal = person(11, 'أمل الخطيب');
const old = person(13, 'Konrad', { by: 'message' });

let count = 0;
function say(author: Member, text: string | undefined, ago: number, extra: Partial<Message> = {}): Message {
  const { key, dot1, name, agent } = author;
  return {
    id: (count++).toString(16).padStart(64, '0'),
    channel: 'main',
    time: new Date(Date.now() - ago),
    author: { key, dot1, name, self: author.self, agent },
    text,
    files: [],
    lock: { state: 'open', readers: 5 },
    delivery: author.self ? { state: 'sent' } : { state: 'received' },
    ...extra,
  };
}

const sealed = (reason: Extract<Lock, { state: 'sealed' }>['reason']): Partial<Message> => ({
  lock: { state: 'sealed', reason },
});

/** A red dot, drawn as a 1 × 1 PNG. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);
const file = (name: string, type: string, bytes: Uint8Array, size = bytes.length) => ({
  name,
  type,
  size,
  read: async () => bytes,
});

const talk = (): Message[] => [
  say(grace, undefined, 2 * DAY + 30 * MINUTE, sealed('before-you-joined')),
  say(old, undefined, 2 * DAY + 29 * MINUTE, sealed('before-you-joined')),
  say(grace, undefined, 2 * DAY + 20 * MINUTE, sealed('before-you-joined')),
  say(grace, 'Welcome, Ada! From here on we can read each other.', DAY + 50 * MINUTE),
  say(me, 'Thank you. So the relay really cannot read this?', DAY + 48 * MINUTE),
  say(grace, 'Right: it carries sealed envelopes, and that is all it ever sees.', DAY + 46 * MINUTE),
  say(grace, 'You can look yourself, it is one file on the disk of whoever runs it.', DAY + 45 * MINUTE),
  say(old, 'I still use the old client, which signs but does not seal.', 90 * MINUTE, {
    lock: { state: 'plain', signed: true },
  }),
  say(
    { ...person(15, 'Grace Hopper'), key: undefined as never, dot1: undefined as never },
    'Trust me, I am Grace.',
    80 * MINUTE,
    {
      lock: { state: 'plain', signed: false },
    },
  ),
  say(graceToo, 'I am another Grace, by the way. Same name, other key.', 40 * MINUTE),
  say(amal, 'مرحبا! هل ترون رسالتي من اليمين إلى اليسار؟', 30 * MINUTE),
  say(me, 'Yes. Here are the minutes and a drawing; details at https://example.org/notes(1).', 22 * MINUTE, {
    files: [
      file('minutes of the meeting.pdf', 'application/pdf', PIXEL, 183_220),
      file('drawing.png', 'image/png', PIXEL),
    ],
  }),
  say(echo, 'Here are the minutes and a drawing.', 21 * MINUTE),
  say(grace, undefined, 20 * MINUTE, sealed('not-for-you')),
  say(me, 'Let me write this\non two lines.', 3 * MINUTE),
  say(me, 'And this waits for the relay.', 2 * MINUTE, { delivery: { state: 'queued' } }),
  say(me, 'This one it did not want.', MINUTE, {
    delivery: { state: 'failed', error: 'the relay takes 30 messages a minute' },
  }),
];

/** A tone of half a second, as a WAV file. */
function tone(): Uint8Array {
  const samples = 4000;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at: number, value: string) => {
    for (const [n, byte] of bytesOf(value).entries()) view.setUint8(at + n, byte);
  };
  for (const [at, value] of [
    [0, 'RIFF'],
    [8, 'WAVEfmt '],
    [36, 'data'],
  ] as const)
    text(at, value);
  for (const [at, value] of [
    [4, 36 + samples],
    [16, 16],
    [24, 8000],
    [28, 8000],
    [40, samples],
  ] as const) {
    view.setUint32(at, value, true);
  }
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    view.setUint16(at, value, true);
  for (let n = 0; n < samples; n++) view.setUint8(44 + n, 128 + 60 * Math.sin(n / 3));
  return new Uint8Array(view.buffer);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Marks, mentions, files of every kind, and what stands between messages. */
const rich = (): Message[] => [
  say(grace, 'Some **strong** words, *emphasis*, ~~regret~~ and `code`.', 50 * MINUTE),
  say(grace, '> What did you say?\nThis, in order:\n1. first\n2. second\n- and without', 49 * MINUTE),
  say(
    amal,
    '```\nfor (const pipe of pipes) pipe.open(); // a line that is longer than a telephone is wide\n```',
    48 * MINUTE,
  ),
  say(echo, '@Ada Lovelace, your report is ready. @Konrad knows.', 40 * MINUTE),
  say(grace, 'Before you came', 39 * MINUTE, { lock: { state: 'open', readers: 4, sharedBy: old.key } }),
  say(old, '', 38 * MINUTE, { sharedKeys: 12 }),
  say(me, 'Files:', 20 * MINUTE, {
    files: [
      file('dot.png', 'image/png', PIXEL),
      file('tone.wav', 'audio/wav', tone()),
      file('film.mp4', 'video/mp4', bytesOf('no film at all')),
      file('notes.md', 'text/markdown', bytesOf('# Notes\n\n<script>alert(1)</script> stays text.')),
      file('drawing.svg', 'image/svg+xml', bytesOf('<svg onload="alert(1)"><script>alert(2)</script></svg>')),
      file('contract.pdf', 'application/pdf', bytesOf('%PDF-1.7')),
    ],
  }),
  say(me, 'A large one on its way.', 2 * MINUTE, { delivery: { state: 'queued', progress: { done: 3, total: 8 } } }),
];

const roster = (): RosterEvent[] => {
  const event = (who: Member, kind: RosterEvent['kind'], ago: number): RosterEvent => {
    const { key, dot1, name, agent } = who;
    return { kind, key, dot1, name, agent, time: new Date(Date.now() - ago) };
  };
  return [event(echo, 'joined', 45 * MINUTE), event(old, 'left', 30 * MINUTE), event(amal, 'new-key', 15 * MINUTE)];
};

const members = [me, grace, graceToo, echo, amal, old];
const channels = (): ChannelSummary[] => [
  { name: 'main', joined: true, count: 17, latest: new Date() },
  { name: 'garden', joined: true, count: 5, latest: new Date() },
  { name: 'a-channel-with-a-very-long-name', joined: true, count: 1204, latest: new Date() },
  { name: 'random', joined: false, count: 86, latest: new Date() },
  { name: 'quiet', joined: false, count: 0, latest: undefined },
];

const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenh';
const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1) https://example.org/"onmouseover="alert(1)',
  '\u202egnp.exe\u202c mirrored? \u2066\u2067isolated',
  'nul \u0000 bell \u0007 escape \u001b[31m',
  `zalgo ${'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢'.repeat(8)}`,
  'a'.repeat(1_000_000),
  'line\n'.repeat(200_000),
];
const hostile = (): Message[] =>
  HOSTILE.map((text, index) =>
    say(
      person(20 + index, index % 2 === 0 ? `\u202e<b>${'x'.repeat(70)}</b>` : '<img src=x onerror=alert(1)>'),
      text,
      (20 - index) * MINUTE,
      {
        files:
          index === 1
            ? [
                file('\u202e../../gpj.exe<svg onload=alert(1)>', 'image/svg+xml', PIXEL),
                file('bomb.png', 'image/png', bomb()),
              ]
            : [],
      },
    ),
  );

/** A PNG's first bytes that claim 60,000 × 60,000 pixels. */
function bomb(): Uint8Array {
  const bytes = PIXEL.slice();
  new DataView(bytes.buffer).setUint32(16, 60_000);
  new DataView(bytes.buffer).setUint32(20, 60_000);
  return bytes;
}

const crowd = (size: number): Message[] =>
  Array.from({ length: size }, (_, index) =>
    say(
      [me, grace, amal, echo][index % 7 === 0 ? 0 : (index >> 2) % 4] ?? grace,
      `Message ${index + 1}. ${'More of it. '.repeat(index % 9)}`,
      (size - index) * MINUTE,
    ),
  );

const peer = (options: Parameters<typeof createFakePeer>[0]) => async (): Promise<FakePeer> =>
  createFakePeer({ name: me.name, members, channels: channels(), ...options });

export const scenes: Record<string, Scene> = {
  ...arriving,
  welcome: { title: 'First visit', open: peer({ name: '' }), present: false },
  'welcome-tab': { title: 'First visit as another person', open: peer({ name: '' }), present: false, tabPerson: true },
  insecure: { title: 'Insecure context', open: peer({}), secure: false },
  failed: { title: 'Could not start', open: () => Promise.reject(new Error('Cannot open database: the disk is full')) },
  talk: { title: 'A conversation', open: async () => peer({ messages: talk() })() },
  tab: { title: 'A conversation in a tab of its own', open: async () => peer({ messages: talk() })(), tabPerson: true },
  rich: { title: 'Marks, files and events', open: async () => peer({ messages: rich(), roster: roster() })() },
  trust: {
    title: 'Keys that changed',
    open: async () =>
      peer({
        messages: talk(),
        people: {
          [grace.key]: { verified: new Date(Date.now() - DAY), since: new Date(Date.now() - 30 * DAY) },
          [amal.key]: { keyChanged: true },
        },
      })(),
  },
  alone: {
    title: 'Nobody else, nothing yet',
    open: peer({ members: [me], channels: [{ name: 'main', joined: true, count: 0, latest: undefined }] }),
  },
  empty: { title: 'Nothing yet', open: peer({}) },
  loading: { title: 'Loading', open: peer({ reading: 'never' }) },
  broken: { title: 'Messages cannot be read', open: peer({ reading: 'fails' }) },
  offline: {
    title: 'Offline',
    open: async () =>
      peer({
        messages: talk(),
        sending: 'queues',
        status: { connection: 'offline', queued: 2, problem: 'The relay at localhost does not answer.' },
      })(),
  },
  refusing: { title: 'Sending fails', open: async () => peer({ messages: talk(), sending: 'fails' })() },
  outside: {
    title: 'Not joined',
    open: peer({ channels: [{ name: 'main', joined: false, count: 12, latest: new Date() }] }),
  },
  long: {
    title: 'Long names',
    open: async () =>
      peer({
        name: LONG_NAME,
        members: [self(LONG_NAME), person(30, LONG_NAME), person(31, `${LONG_NAME} `)],
        messages: [
          say(person(30, LONG_NAME), 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(12), MINUTE),
          say(person(31, LONG_NAME), 'Ja.', 1),
        ],
      })(),
  },
  hostile: { title: 'Hostile names and messages', open: async () => peer({ messages: hostile() })() },
  crowd: { title: '10,000 messages', open: async () => peer({ messages: crowd(10_000) })() },
};
