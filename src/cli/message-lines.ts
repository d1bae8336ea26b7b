/** How a message looks on a terminal and as JSON. */
import type { Member, Message } from '../runtime/api.ts';
import { plural, printable, printableLines } from './output.ts';

export function messageLine(message: Message): string {
  const time = message.time.toISOString().slice(0, 19).replace('T', ' ');
  const files = message.files
    .map((file) => `\n  [file] ${printable(file.name)} (${plural(file.size, 'byte')})`)
    .join('');
  return `${time}  ${printable(message.author.name)}: ${body(message)}${files}${mark(message)}`;
}

function body(message: Message): string {
  if (message.sharedKeys !== undefined) return `[shares the keys of ${plural(message.sharedKeys, 'earlier message')}]`;
  if (message.text !== undefined) return printableLines(message.text, '  ');
  return message.lock.state === 'sealed' ? `[sealed: ${reasons[message.lock.reason]}]` : '[empty]';
}

const reasons = {
  'before-you-joined': 'it was sent before you joined',
  'not-for-you': 'it is not for you',
  damaged: 'it is damaged',
  'newer-version': 'a newer version wrote it',
} as const;

/** What a reader should know beside the text: that it was never sealed, that it has not gone out. */
function mark(message: Message): string {
  const marks: string[] = [];
  if (message.lock.state === 'plain') marks.push(message.lock.signed ? 'not sealed' : 'not sealed, author unproven');
  if (message.delivery.state === 'queued') marks.push('queued');
  if (message.delivery.state === 'failed') marks.push(`not sent: ${printable(message.delivery.error)}`);
  return marks.length === 0 ? '' : `  (${marks.join('; ')})`;
}

export function messageJson(message: Message): object {
  const { id, channel, time, author, text, lock, delivery, sharedKeys } = message;
  const files = message.files.map(({ name, type, size }) => ({ name, type, size }));
  return { id, channel, time: time.toISOString(), author, text, files, lock, delivery, sharedKeys };
}

export function memberRow(member: Member): string[] {
  const notes = [
    member.self ? 'you' : '',
    member.agent ? 'agent' : '',
    member.by === 'message' ? 'published client' : '',
  ];
  return [printable(member.name), member.dot1, notes.filter((note) => note !== '').join(', ')];
}
