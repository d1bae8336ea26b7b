import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message } from '../runtime/api.ts';
import { messageLine } from './message-lines.ts';
import { plural, printable, table } from './output.ts';

const message: Message = {
  id: '00',
  channel: 'main',
  time: new Date(0),
  author: { key: undefined, dot1: undefined, name: 'Eve', self: false, agent: false },
  text: 'hi',
  files: [],
  lock: { state: 'open', readers: 2 },
  delivery: { state: 'received' },
};

describe("strangers' words on a terminal", () => {
  it('can not move the cursor, ring, retitle, turn round or start a line', () => {
    assert.equal(
      printable('a\u001b[2Jb\u0007c\u009bd\u202ee\nf\u2028g\u007f'),
      'a\\u001b[2Jb\\u0007c\\u009bd\\u202ee\\u000af\\u2028g\\u007f',
    );
  });

  it('stay as they are where they are harmless', () => {
    const harmless = 'Grüße, שלום, 你好, 👩‍👩‍👧, é';
    assert.equal(printable(harmless), harmless);
  });

  it('are escaped in names, texts, files and errors', () => {
    const evil = '\u001b]0;x\u0007';
    const line = messageLine({
      ...message,
      author: { ...message.author, name: evil },
      text: `one\n${evil}`,
      files: [{ name: evil, type: '', size: 1, read: async () => new Uint8Array() }],
      delivery: { state: 'failed', error: evil },
    });
    assert.equal(line.includes('\u001b'), false);
    assert.equal(line.match(/\\u001b/g)?.length, 4);
  });
});

describe('a message on a terminal', () => {
  it('says what is not as it should be, and nothing else', () => {
    const line = (change: Partial<Message>): string => messageLine({ ...message, ...change });
    assert.equal(line({}), '1970-01-01 00:00:00  Eve: hi');
    assert.match(line({ lock: { state: 'plain', signed: true } }), /hi {2}\(not sealed\)$/);
    assert.match(line({ lock: { state: 'plain', signed: false } }), /\(not sealed, author unproven\)$/);
    assert.match(line({ delivery: { state: 'queued' } }), /\(queued\)$/);
    assert.match(
      line({ text: undefined, lock: { state: 'sealed', reason: 'before-you-joined' } }),
      /\[sealed: it was sent before you joined\]$/,
    );
  });
});

describe('a table', () => {
  it('has columns as wide as their widest cell', () => {
    assert.equal(
      table([
        ['a', 'bb', ''],
        ['ccc', 'd', 'e'],
      ]),
      'a    bb\nccc  d   e',
    );
    assert.equal(table([]), '');
  });

  it('counts in words', () => {
    assert.deepEqual([plural(0, 'message'), plural(1, 'message')], ['0 messages', '1 message']);
  });
});
