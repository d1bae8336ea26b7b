/** The channel list, who one is, who can read, and the search. */
import { many, number } from './speech.ts';

export const channels = {
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
    unread: (count: number) => many(count, { one: '# unread message', other: '# unread messages' }),
    count: (count: number) => many(count, { one: '# message', other: '# messages' }),
    mute: 'Mute channel',
    unmute: 'Unmute channel',
    muted: 'muted',
    draft: 'Draft',
  },
  me: {
    rename: 'Change your name',
    save: 'Save',
    you: 'you',
  },
  readers: {
    heading: 'Who can read',
    short: (count: number, self: boolean) =>
      count === 1 && self ? 'Only you can read' : many(count, { one: '# can read', other: '# can read' }),
    count: (count: number) => many(count, { one: '# reader', other: '# readers' }),
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
  join: {
    title: (channel: string) => `You are not in #${channel}`,
    why: 'Join to follow it. From then on others seal what they write to you too.',
    button: (channel: string) => `Join #${channel}`,
  },
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
  /** A count that stands alone, as on a badge. */
  number,
};
