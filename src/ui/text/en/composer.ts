/** Writing, and the files that go along. */
import { many, number, percent, size } from './speech.ts';

export const composer = {
  composer: {
    label: (channel: string) => `Message to #${channel}`,
    placeholder: (channel: string) => `Message #${channel}`,
    send: 'Send',
    attach: 'Attach files',
    remove: (name: string) => `Remove ${name}`,
    keys: 'Enter sends, Shift + Enter starts a new line',
    marks: '**bold**, *italic*, `code`, > quote, - list',
    sealedTo: (count: number): string =>
      count > 1
        ? many(count, { one: 'Sealed to # reader', other: 'Sealed to # readers' })
        : 'Sealed to you alone so far',
    drop: 'Drop files to attach them, sealed',
    tooLarge: (name: string, limit: number) => `${name} is larger than ${size(limit)} and cannot be attached.`,
    tooMany: (limit: number) => `A message carries at most ${number(limit)} files.`,
    tooLong: (over: number) => many(over, { one: '# character too many', other: '# characters too many' }),
    emoji: 'Insert emoji',
    emojiSearch: 'Find an emoji',
    emojiNone: 'No emoji is called that.',
    mentions: 'People who can read here',
    sealing: (done: number, total: number) => `Sealing files, ${percent(done, total)}`,
    cancel: 'Cancel',
    agent: 'agent',
  },
  file: {
    save: (name: string) => `Save ${name}`,
    show: (name: string) => `Show ${name}`,
    showIt: 'Show',
    hide: 'Hide',
    play: (name: string) => `Play ${name}`,
    playIt: 'Play',
    enlarge: (name: string) => `Enlarge ${name}`,
    picture: (name: string) => `Picture ${name}`,
    loading: 'Opening…',
    failed: 'Could not be fetched or opened. Try again.',
    refused: 'Not shown: this is no picture, or too large a one. You can still save it.',
    cut: 'Only its beginning is shown. Save it to see all.',
    noText: 'This is no text. You can still save it.',
    noPdf: 'Not shown: this is no PDF, or one that is locked, broken or too heavy. You can still save it.',
    noPage: 'This page could not be drawn.',
    page: (page: number, pages: number) => `Page ${number(page)} of ${number(pages)}`,
    morePages: (pages: number) =>
      many(pages, {
        one: 'Only the first page is shown. Save it to see all.',
        other: 'Only the first # pages are shown. Save it to see all.',
      }),
    cannotPlay: 'This browser cannot play it. You can still save it.',
    close: 'Close',
  },
  bytes: size,
};
