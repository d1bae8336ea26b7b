/**
 * Every sentence of the page, in one place, so that another language is another such object.
 * The words are design's: relay, channel, seal. They promise no more than is true.
 */
import type { Delivery, Lock, Status } from '../runtime/api.ts';
import type { SealedReason } from './timeline.ts';

const number = new Intl.NumberFormat('en');
const many = (count: number, one: string, more: string): string =>
  `${number.format(count)} ${count === 1 ? one : more}`;

const SEALED: Record<SealedReason, { one: string; more: string; why: string }> = {
  'before-you-joined': {
    one: 'message sealed before you joined',
    more: 'messages sealed before you joined',
    why: 'Each message is sealed to those who are in the channel when it is sent. You were not, so its keys were never made for you. A member who can open it may share it with you.',
  },
  'not-for-you': {
    one: 'message sealed to others',
    more: 'messages sealed to others',
    why: 'The sender did not seal it to you, so only those it was sealed to can open it.',
  },
  damaged: {
    one: 'message that cannot be opened',
    more: 'messages that cannot be opened',
    why: 'What arrived does not fit its seal: it was changed on the way, or sealed wrongly.',
  },
  'newer-version': {
    one: 'message in a newer form',
    more: 'messages in a newer form',
    why: 'It was sealed by a newer version of Pipes than this one. Update and reload to read it.',
  },
};

export const words = {
  product: 'Pipes',
  welcome: {
    title: 'Welcome to Pipes',
    label: 'Your name',
    hint: 'What others see. You can change it later.',
    difference: 'Your messages are sealed on this device; the relay that carries them only ever sees ciphertext.',
    enter: 'Start chatting',
    entering: 'Setting up…',
    missing: 'Please enter a name.',
  },
  opening: 'Opening…',
  insecure: {
    title: 'This page needs a secure connection',
    why: 'Browsers only offer the cryptography that seals your messages on pages opened over https or from localhost. Without it nothing here would be private, so Pipes does not start.',
    cure: 'How to fix it',
    local: 'If the relay runs on this computer, open',
    remote: 'Otherwise open the page over https. Whoever runs the relay can put it behind a certificate.',
  },
  failed: {
    title: 'Pipes could not start',
    retry: 'Try again',
    hint: 'Nothing was lost: what is stored on this device stays there.',
  },
  tabPerson: 'This tab is another person, for trying things out. It ends when you close the tab.',
  channels: {
    heading: 'Channels',
    open: 'Show channels',
    close: 'Close',
    add: 'New channel',
    name: 'Channel name',
    create: 'Create',
    cancel: 'Cancel',
    invalid: 'Use letters a–z, digits or hyphens.',
    becomes: (name: string) => `Will be #${name}`,
    joined: 'Yours',
    others: 'Others on this relay',
    unread: (count: number) => `${many(count, 'unread message', 'unread messages')}`,
    count: (count: number) => many(count, 'message', 'messages'),
  },
  me: {
    rename: 'Change your name',
    save: 'Save',
    you: 'you',
  },
  readers: {
    heading: 'Who can read',
    short: (count: number, self: boolean) =>
      count === 1 && self ? 'Only you can read' : `${number.format(count)} can read`,
    nobody: 'Nobody can read yet',
    unknown: 'Who can read',
    explain: 'What you send is sealed on this device, to those listed here. The relay carries it and cannot open it.',
    agent: 'agent',
    agentHint: 'A program, not a person',
    byMessage: 'Known by their own sealed messages, not by a signed profile',
    loading: 'Finding out who can read…',
    joined: (name: string) => `${name} can read from now on`,
    left: (name: string) => `New messages are no longer sealed to ${name}`,
    invite: 'Copy link',
    copied: 'Link copied',
    leave: 'Leave channel',
  },
  messages: {
    label: (channel: string) => `Messages in #${channel}`,
    loading: 'Loading messages…',
    older: 'Load older messages',
    beginning: (channel: string) => `This is the beginning of #${channel}.`,
    latest: 'Latest messages',
    fresh: (count: number) => many(count, 'new message', 'new messages'),
    emptyTitle: (channel: string) => `Nothing in #${channel} yet`,
    alone: 'You are the only one here. People who join later can read what is sent from then on, not what came before.',
    together: 'Say hello: what you send is sealed to everyone listed under “Who can read”.',
    tryAlone: 'Try it alone with a second tab',
    today: 'Today',
    yesterday: 'Yesterday',
    showAll: (units: number) => `Show all (${size(units)} of text)`,
    by: (name: string, time: string) => `${name}, ${time}`,
    said: (name: string, text: string) => `${name}: ${text}`,
    saidSealed: (name: string) => `${name} sent a message that stays sealed for you`,
    onlyFiles: 'sent files',
    failed: 'The messages could not be read from this device.',
  },
  join: {
    title: (channel: string) => `You are not in #${channel}`,
    why: 'Join to follow it. From then on others seal what they write to you too.',
    button: (channel: string) => `Join #${channel}`,
  },
  composer: {
    label: (channel: string) => `Message to #${channel}`,
    placeholder: (channel: string) => `Message #${channel}`,
    send: 'Send',
    attach: 'Attach files',
    remove: (name: string) => `Remove ${name}`,
    keys: 'Enter sends, Shift + Enter starts a new line',
    sealedTo: (count: number) =>
      count > 1 ? `Sealed to ${number.format(count)} readers` : 'Sealed to you alone so far',
    drop: 'Drop files to attach them, sealed',
    tooLarge: (name: string, limit: number) => `${name} is larger than ${size(limit)} and cannot be attached.`,
    tooMany: (limit: number) => `A message carries at most ${limit} files.`,
    tooLong: (over: number) => `${many(over, 'character', 'characters')} too many`,
  },
  file: {
    save: (name: string) => `Save ${name}`,
    show: (name: string) => `Preview ${name}`,
    loading: 'Opening…',
    failed: 'Could not be fetched or opened. Try again.',
    picture: (name: string) => `Picture ${name}`,
    refused: 'Not shown: this is no picture, or too large a one. You can still save it.',
  },
  delivery: (delivery: Delivery): string => {
    if (delivery.state === 'queued') return 'Queued';
    if (delivery.state === 'sent') return 'Sent';
    return delivery.state === 'failed' ? `Not sent: ${delivery.error}` : '';
  },
  deliveryHint: {
    queued: 'Kept on this device until the relay can be reached',
    sent: 'Stored by the relay, sealed',
  },
  retry: 'Try again',
  lock: (lock: Lock): string => {
    if (lock.state === 'open') return `Sealed to ${many(lock.readers, 'reader', 'readers')}`;
    if (lock.state === 'sealed') return SEALED[lock.reason].why;
    return lock.signed
      ? 'Not sealed: the relay can read this'
      : 'Not sealed and not signed: the relay can read this, and anyone could have written it';
  },
  plainMark: (signed: boolean): string => (signed ? 'Not sealed' : 'Not sealed, not signed'),
  sealed: (reason: SealedReason, count: number): string => many(count, SEALED[reason].one, SEALED[reason].more),
  sealedWhy: (reason: SealedReason): string => SEALED[reason].why,
  sealedWho: 'Show who sent them and when',
  connection: (status: Status): string => {
    if (status.connection === 'online') return 'Connected';
    if (status.connection === 'local') return 'This device only';
    return status.connection === 'connecting' ? 'Connecting…' : 'Offline';
  },
  offline: (problem: string | undefined): string =>
    `Offline: ${sentence(withoutAddress(problem ?? 'the relay cannot be reached'))} You can go on writing.`,
  waiting: (count: number): string => `${many(count, 'message waits', 'messages wait')} here until the relay is back.`,
  queued: (count: number): string => `${number.format(count)} queued`,
  bytes: size,
};

/** Which address failed is for logs: here it is always the relay that served the page. */
const withoutAddress = (problem: string): string => problem.replace(/^Cannot [^:]*\bhttps?:\/\/\S+: /, '');

/** Reasons come as phrases or as sentences. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const unit = bytes < 1_000_000 ? 'KB' : bytes < 1_000_000_000 ? 'MB' : 'GB';
  const value = bytes / { KB: 1e3, MB: 1e6, GB: 1e9 }[unit];
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`;
}
