/** The scenes of the way in and out: what follows the welcome, the words, a restore, invitations, settings, log-out. */
import type { Machines } from '../machines.ts';
import { LEFT } from '../route.ts';
import { words } from '../text/text.ts';
import { createFakePeer, type FakeOptions, type FakePeer, self } from './fake.ts';
import { SOME_WORDS } from './fake-home.ts';
import type { Scene } from './scene.ts';

const me = self('Ada Lovelace');
const ALONE: FakeOptions = {
  name: me.name,
  members: [me],
  channels: [{ name: 'main', joined: true, count: 0, latest: undefined }],
};
const open = (more: FakeOptions = {}) => {
  return async (): Promise<FakePeer> => createFakePeer({ ...ALONE, ...more });
};

/** At a relay of the page's own origin: no other may be asked. */
const atRelay = async (): Promise<FakePeer> => createFakePeer({ ...ALONE, status: { relay: location.origin } });

const RESTORE = { press: () => words.arrival.restore };
const SHOW = { press: () => words.recovery.show };
const WRITTEN = { press: () => words.recovery.written };
const pasted = (list: readonly string[]) => [RESTORE, { type: list.join(' ') }];
const NAME = { type: 'Ada', into: '#own-name' };
const OTHERS: Machines = {
  ...{ known: 3, connected: 2, exchanging: 1 },
  peers: [
    {
      ...{ key: '3f'.repeat(32), name: 'Grace', isConnected: true, isSettled: true, problem: undefined },
      paths: [
        { passage: 'local', state: 'up', roundTripMs: 0.6, loss: 0 },
        { passage: 'relayed', state: 'up', roundTripMs: 48.2, loss: 0.031 },
        { passage: 'relayed', state: 'suspect', roundTripMs: 51, loss: 0.4 },
      ],
    },
    {
      ...{ key: 'a7'.repeat(32), name: 'relay', isConnected: true, isSettled: false, problem: undefined },
      paths: [{ passage: 'direct', state: 'opening', roundTripMs: undefined, loss: 0 }],
    },
    {
      ...{ key: '0c'.repeat(32), name: `A machine with ${'a very long name '.repeat(8)}`, isConnected: false },
      ...{ isSettled: false, problem: 'nobody answers at its addresses', paths: [] },
    },
  ],
};
const ENTER = { press: () => words.welcome.enter };
const OFFLINE: FakeOptions = { status: { connection: 'offline', queued: 3, problem: 'The relay does not answer.' } };

export const arriving: Record<string, Scene> = {
  'welcome-unnamed': { title: 'Restored, without a name', open: open({ name: '' }) },
  'welcome-left': { title: 'First visit after a log-out', open: open(), present: false, hash: LEFT },
  'welcome-entering': {
    title: 'First visit, setting up',
    open: open(),
    present: false,
    hangs: 'enter',
    acts: [NAME, ENTER],
  },
  'welcome-problem': {
    title: 'First visit, not possible',
    open: open(),
    present: false,
    fails: 'enter',
    acts: [NAME, ENTER],
  },
  restore: { title: 'Restore: nothing yet', open: open(), present: false, acts: [RESTORE] },
  'restore-begun': {
    title: 'Restore: some words, one begun',
    open: open(),
    present: false,
    acts: [...pasted(SOME_WORDS.slice(0, 7)), { type: 'ab' }],
  },
  'restore-unknown': {
    title: 'Restore: a word that is not in the list',
    open: open(),
    present: false,
    acts: [RESTORE, { type: 'oceam ' }],
  },
  'restore-misspelt': {
    title: 'Restore: pasted, one of them misspelt',
    open: open(),
    present: false,
    acts: pasted(SOME_WORDS.with(4, 'filtre')),
  },
  'restore-checksum': {
    title: 'Restore: words that do not belong together',
    open: open(),
    present: false,
    acts: pasted(SOME_WORDS.with(4, 'ocean')),
  },
  'restore-fits': { title: 'Restore: ready', open: open(), present: false, acts: pasted(SOME_WORDS) },
  'restore-working': {
    title: 'Restore: under way',
    open: open(),
    present: false,
    hangs: 'enter',
    acts: [...pasted(SOME_WORDS), { press: () => words.restore.submit }],
  },
  'restore-problem': {
    title: 'Restore: not possible',
    open: open(),
    present: false,
    fails: 'enter',
    acts: [...pasted(SOME_WORDS), { press: () => words.restore.submit }],
  },
  'step-remind': {
    title: 'Next step: a reminder of the words',
    open: open(),
    confirmed: false,
    kept: { [`pipes-steps:${me.key}`]: JSON.stringify({ words: 1, at: 0, messages: 0, invite: true }) },
  },
  'step-words': { title: 'Next step: the words', open: open(), confirmed: false },
  'step-invite': { title: 'Next step: to invite', open: open() },
  words: { title: 'The words: what they are', open: open(), confirmed: false, panel: 'words' },
  'words-shown': { title: 'The words', open: open(), confirmed: false, panel: 'words', acts: [SHOW] },
  'words-opening': {
    title: 'The words: being opened',
    open: open(),
    hangs: 'words',
    panel: 'words',
    acts: [SHOW],
  },
  'words-failed': { title: 'The words: not to be opened', open: open(), fails: 'words', panel: 'words', acts: [SHOW] },
  'words-check': {
    title: 'The words: the check',
    open: open(),
    confirmed: false,
    panel: 'words',
    acts: [SHOW, WRITTEN],
  },
  'words-wrong': {
    title: 'The words: a wrong answer',
    open: open(),
    confirmed: false,
    panel: 'words',
    acts: [SHOW, WRITTEN, { type: 'zoo' }, { press: () => words.recovery.check }],
  },
  'words-done': { title: 'The words: kept', open: open(), panel: 'words', acts: [SHOW] },
  invite: { title: 'Invitation', open: open(), panel: 'invite' },
  settings: { title: 'Settings', open: open(), panel: 'settings' },
  'settings-machines': {
    ...{ title: 'Settings, the relay catching up with other machines', open: atRelay, panel: 'settings' },
    machines: { known: 3, connected: 2, exchanging: 1 },
  },
  machines: {
    ...{ title: 'Other machines, over several paths', open: atRelay, panel: 'machines' },
    machines: OTHERS,
  },
  'machines-none': {
    ...{ title: 'Other machines: none yet', open: atRelay, panel: 'machines' },
    machines: { known: 0, connected: 0, exchanging: 0, peers: [] },
  },
  'machines-ticket': {
    ...{ title: 'Other machines: the ticket', open: atRelay, panel: 'machines', machines: OTHERS },
    acts: [{ press: () => words.others.show }],
  },
  'machines-refused': {
    ...{ title: 'Other machines: no ticket', open: atRelay, panel: 'machines', machines: OTHERS, joining: 400 },
    acts: [{ type: 'hello', into: '#other-ticket' }, { press: () => words.others.connect }],
  },
  keys: { title: 'The list of keys', open: open(), panel: 'keys' },
  'settings-words': { title: 'Settings, the words not kept', open: open(), confirmed: false, panel: 'settings' },
  'settings-tab': { title: 'Settings of a tab’s person', open: open(), tabPerson: true, panel: 'settings' },
  leave: { title: 'Log-out', open: open(), panel: 'leave' },
  'leave-lost': { title: 'Log-out that loses everything', open: open(OFFLINE), confirmed: false, panel: 'leave' },
  left: {
    title: 'Logged out, the relay away',
    open: open(),
    panel: 'leave',
    acts: [{ press: () => words.leaving.confirm }],
  },
  'leave-failed': {
    title: 'Log-out that could not be finished',
    open: open(),
    panel: 'leave',
    fails: 'wipe',
    acts: [{ press: () => words.leaving.confirm }],
  },
  leaving: {
    title: 'Log-out: under way',
    open: open(),
    panel: 'leave',
    hangs: 'wipe',
    acts: [{ press: () => words.leaving.confirm }],
  },
  'leave-tab': { title: 'End of a tab’s person', open: open(), tabPerson: true, panel: 'leave' },
};
