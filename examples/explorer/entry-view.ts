/** One message: its fields, its text, its files, and what proves it. */
import type { LogEntry, Logs } from 'pipes/browser';
import { h, size } from './view.ts';

const FILE = /^(FILE\.\w{52}|&\w{52}\.sha256)$/;
/** By their first bytes: a name would be somebody's claim. */
const IMAGES: readonly (readonly [type: string, magic: readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46]],
];
const SHOWN_BYTES = 4_000_000;

export function entryView(logs: Logs, entry: LogEntry): HTMLElement[] {
  const facts: [string, string | Node][] = [
    ['id', entry.id],
    ['author', entry.author],
    ['depth', String(entry.depth)],
    ['kind', entry.kind],
    ['dialect', entry.dialect],
    ['signature', entry.verified ? 'checked: good' : 'not checked yet'],
    ...entry.body.map(([key, value]): [string, string | Node] => [
      key,
      FILE.test(value) ? fileButton(logs, value) : value,
    ]),
  ];
  const list = h('dl', {}, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  return [
    h('h2', {}, `${entry.kind} at depth ${entry.depth}`),
    list,
    proofButton(logs, entry),
    h('pre', {}, entry.text),
  ];
}

function fileButton(logs: Logs, id: string): HTMLElement {
  const place = h('span', {});
  const show = async () => {
    place.replaceChildren(...(await preview(logs, id)));
  };
  place.append(h('button', { type: 'button', onclick: show }, `Show ${id.slice(0, 14)}…`));
  return place;
}

async function preview(logs: Logs, id: string): Promise<(Node | string)[]> {
  const file = await logs.files.find(id);
  if (file === undefined || file.missing > 0) return [`${id}: not here`];
  const facts = h('small', {}, `${id}, ${size(file.size)}, verified `);
  if (file.size > SHOWN_BYTES) return [facts];
  const pieces: BlobPart[] = [];
  for await (const piece of logs.files.get(id)) pieces.push(piece.slice());
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  const image = IMAGES.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte));
  if (image !== undefined) {
    return [
      facts,
      h('img', { alt: 'A file of this message', src: URL.createObjectURL(new Blob([bytes], { type: image[0] })) }),
    ];
  }
  try {
    return [facts, h('pre', {}, new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(0, 20_000)))];
  } catch {
    return [facts, 'bytes of no kind that is shown here'];
  }
}

/** What proves this one without the rest of its log, where its dialect can. */
function proofButton(logs: Logs, entry: LogEntry): HTMLElement {
  const place = h('p', {});
  const prove = async () => {
    try {
      const certificate = new TextDecoder().decode(await logs.prove(entry.id));
      const count = certificate.match(/^author /gm)?.length ?? 0;
      place.replaceChildren(h('small', {}, `${count} messages prove it:`), h('pre', {}, certificate));
    } catch (error) {
      place.replaceChildren(h('small', {}, error instanceof Error ? error.message : String(error)));
    }
  };
  place.append(h('button', { type: 'button', onclick: prove }, 'Prove it without its log'));
  return place;
}
