/** Keys one can see: who is who, what changed, and sharing the past. */
import { many } from './speech.ts';

export const trust = {
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
    done: (count: number) => many(count, { one: 'Shared # earlier message.', other: 'Shared # earlier messages.' }),
    nothing: 'There was nothing to share: all that you can open is open to them, too.',
  },
};
