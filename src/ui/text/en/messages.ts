/** The message list: what stands between messages, how each is sealed and on its way. */
import type { Delivery, Lock, RosterEvent } from '../../../runtime/api.ts';
import type { SealedReason } from '../../timeline.ts';
import { many, percent, size } from './speech.ts';

const SEALED = {
  'before-you-joined': {
    count: { one: '# message sealed before you joined', other: '# messages sealed before you joined' },
    why: 'Each message is sealed to those who are in the channel when it is sent. You were not, so its keys were never made for you. A member who can open it may share it with you.',
  },
  'not-for-you': {
    count: { one: '# message sealed to others', other: '# messages sealed to others' },
    why: 'The sender did not seal it to you, so only those it was sealed to can open it.',
  },
  damaged: {
    count: { one: '# message that cannot be opened', other: '# messages that cannot be opened' },
    why: 'What arrived does not fit its seal: it was changed on the way, or sealed wrongly.',
  },
  'newer-version': {
    count: { one: '# message in a newer form', other: '# messages in a newer form' },
    why: 'It was sealed by a newer version of Pipes than this one. Update and reload to read it.',
  },
};

const EARLIER = { one: '# earlier message', other: '# earlier messages' };

export const messages = {
  messages: {
    label: (channel: string) => `Messages in #${channel}`,
    loading: 'Loading messages…',
    older: 'Load older messages',
    beginning: (channel: string) => `This is the beginning of #${channel}.`,
    latest: 'Latest messages',
    fresh: (count: number) => many(count, { one: '# new message', other: '# new messages' }),
    emptyTitle: (channel: string) => `Nothing in #${channel} yet`,
    alone: 'You are the only one here. People who join later can read what is sent from then on, not what came before.',
    together: 'Say hello: what you send is sealed to everyone listed under “Who can read”.',
    tryAlone: 'Try it alone with a second tab',
    today: 'Today',
    yesterday: 'Yesterday',
    showAll: (units: number) => `Show all (${size(units)} of text)`,
    said: (name: string, text: string) => `${name}: ${text}`,
    saidSealed: (name: string) => `${name} sent a message that stays sealed for you`,
    onlyFiles: 'sent files',
    failed: 'The messages could not be read from this device.',
    gone: 'That message is not on this device: it may be older than what the relay keeps, or from another channel.',
    unread: 'New messages',
    jumpUnread: 'Jump to the first new message',
    jumpDate: 'Jump to a date',
    date: 'Show messages from',
    go: 'Go',
    copyLink: 'Copy link to this message',
    linkCopied: 'Link copied',
    discard: 'Take back',
    discardHint: 'No relay has it yet: it will not be sent',
    sending: 'Sending…',
    uploading: (done: number, total: number) => `Sending files, ${percent(done, total)}`,
    sharedBy: (name: string) =>
      `Sealed before you joined, and opened with a key that ${name} shared with you. Author and time are as signed.`,
    sharedMark: 'Shared with you',
    shared: (name: string, count: number) => `${name} shared the keys of ${many(count, EARLIER)} with you`,
    youShared: (count: number) => `You shared the keys of ${many(count, EARLIER)}`,
    mentionsYou: 'mentions you',
  },
  roster: (event: RosterEvent, name: string): string =>
    ({
      joined: `${name} can read from here on`,
      left: `${name} left: new messages are not sealed to them`,
      'new-key': `Messages to ${name} are sealed to another key from here on`,
    })[event.kind],
  delivery: (delivery: Delivery): string => {
    if (delivery.state === 'queued') return 'Queued';
    if (delivery.state === 'sent') return 'Sent';
    return delivery.state === 'failed' ? `Not sent: ${delivery.error}` : '';
  },
  deliveryHint: {
    queued: 'Kept on this device until the relay can be reached',
    sent: 'Stored by the relay, sealed',
  },
  lock: (lock: Lock): string => {
    if (lock.state === 'open') return `Sealed to ${many(lock.readers, { one: '# reader', other: '# readers' })}`;
    if (lock.state === 'sealed') return SEALED[lock.reason].why;
    return lock.signed
      ? 'Not sealed: the relay can read this'
      : 'Not sealed and not signed: the relay can read this, and anyone could have written it';
  },
  plainMark: (signed: boolean): string => (signed ? 'Not sealed' : 'Not sealed, not signed'),
  sealed: (run: { reason: SealedReason }, count: number): string => many(count, SEALED[run.reason].count),
  sealedWhy: (run: { reason: SealedReason }): string => SEALED[run.reason].why,
  sealedWho: 'Show who sent them and when',
};
