/** The sentences of conversations, files and trust: the part of words.ts that the message list and its panels use. */
import type { RosterEvent } from '../runtime/api.ts';

const number = new Intl.NumberFormat('en');
const messagesOf = (count: number): string => `${number.format(count)} earlier ${count === 1 ? 'message' : 'messages'}`;

export const talk = {
  search: {
    label: 'Search channels and messages',
    placeholder: 'Search',
    messages: 'Messages',
    nothing: 'Nothing found on this device.',
    looking: 'Looking…',
    local: 'Messages are searched on this device alone.',
    clear: 'Clear the search',
    in: (channel: string) => `in #${channel}`,
  },
  channel: {
    mute: 'Mute channel',
    unmute: 'Unmute channel',
    muted: 'muted',
    draft: 'Draft',
  },
  messages: {
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
    uploading: (done: number, total: number) => `Sending files, ${Math.round((done / total) * 100)} %`,
    sharedBy: (name: string) =>
      `Sealed before you joined, and opened with a key that ${name} shared with you. Author and time are as signed.`,
    sharedMark: 'Shared with you',
    shared: (name: string, count: number) => `${name} shared the keys of ${messagesOf(count)} with you`,
    youShared: (count: number) => `You shared the keys of ${messagesOf(count)}`,
    mentionsYou: 'mentions you',
  },
  roster: (event: RosterEvent, name: string): string =>
    ({
      joined: `${name} can read from here on`,
      left: `${name} left: new messages are not sealed to them`,
      'new-key': `Messages to ${name} are sealed to another key from here on`,
    })[event.kind],
  composer: {
    emoji: 'Insert emoji',
    emojiSearch: 'Find an emoji',
    emojiNone: 'No emoji is called that.',
    mentions: 'People who can read here',
    sealing: (done: number, total: number) => `Sealing files, ${total === 0 ? 0 : Math.round((done / total) * 100)} %`,
    cancel: 'Cancel',
    marks: '**bold**, *italic*, `code`, > quote, - list',
    agent: 'agent',
  },
  file: {
    play: (name: string) => `Play ${name}`,
    show: (name: string) => `Show ${name}`,
    hide: 'Hide',
    enlarge: (name: string) => `Enlarge ${name}`,
    cut: 'Only its beginning is shown. Save it to see all.',
    noText: 'This is no text. You can still save it.',
    cannotPlay: 'This browser cannot play it. You can still save it.',
    close: 'Close',
  },
  trust: {
    about: (name: string) => `About ${name}`,
    newKey: (name: string) => `The key of ${name} has changed`,
    newKeyWhy:
      'What you write is sealed to another key than before. That happens when somebody sets Pipes up anew. It could also be somebody else: compare the safety number by telephone or face to face before you write anything private.',
    sameName: (name: string) => `There is another ${name}`,
    sameNameWhy: (dot1: string) =>
      `Somebody with another key (${dot1}) goes by a name that you know. Names are free to choose; keys are not. Compare the safety number if you want to be sure who it is.`,
    compare: 'Compare',
    accept: 'I have seen it',
    verified: 'Verified',
    verifiedOn: (date: string) => `You compared the safety number on ${date}.`,
    notVerified: 'Not verified: nothing but the name says who this is.',
    number: 'Safety number',
    explain: (name: string) =>
      `${name} sees the same number on their device. If both are equal, nobody stands between you.`,
    qr: 'Safety number as a QR code',
    readOut: 'Compare face to face, by telephone or in a video call.',
    entered: 'Check a number that you were sent',
    enteredHint: 'Paste or type all 60 digits, or what the QR code says.',
    equal: 'They are equal.',
    different: 'They are different. Do not trust this key until you know why.',
    incomplete: 'A safety number has 60 digits.',
    mark: 'The numbers are equal: mark as verified',
    unmark: 'Take the mark back',
    loading: 'Computing…',
    since: (date: string) => `Key known on this device since ${date}.`,
    agent: 'This is a program. Whoever runs it reads what it can read.',
    key: 'Identity',
    close: 'Close',
  },
  share: {
    title: (name: string) => `Share the past with ${name}`,
    button: 'Share earlier messages…',
    why: (name: string) =>
      `${name} can read nothing that was sealed before they joined. You can give them the keys of what you can open yourself, whoever wrote it. The others are not asked, and it cannot be taken back.`,
    all: 'Everything I can open',
    week: 'The last seven days',
    day: 'The last 24 hours',
    confirm: 'Share',
    cancel: 'Cancel',
    working: 'Sharing…',
    done: (count: number) => `Shared ${messagesOf(count)}.`,
    nothing: 'There was nothing to share: all that you can open is open to them, too.',
  },
};
