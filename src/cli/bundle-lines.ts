/** What is said of a bundle: as JSON, and in words. */
import type { BundleImportReport, BundleReport, EntryRefusal } from '../runtime/api.ts';
import { plural, printable, table } from './output.ts';
import { amount } from './progress.ts';

/** `blobs`: how many files were taken in. */
export const importJson = ({
  imported,
  known,
  refused,
  refusedCount,
  blobs,
  wantedBlobs,
  messages,
}: BundleImportReport) => ({
  ...{ imported, known, refused, blobs: blobs.stored },
  ...{ refusedCount, blobsKnown: blobs.known, blobsRefused: blobs.refused, blobsMissing: wantedBlobs.length },
  ...(messages && { messages }),
});

export function importLines(report: BundleImportReport, isDry: boolean): string {
  const { imported, known, refused, refusedCount, blobs, wantedBlobs, messages } = report;
  const lines = [
    `${isDry ? 'Would take in' : 'Took in'} ${plural(imported, 'message')}${known > 0 ? `, ${known} known before` : ''}.`,
  ];
  if (blobs.stored + blobs.known > 0) lines.push(`Files: ${blobs.stored} new, ${blobs.known} known before.`);
  if (blobs.refused > 0) lines.push(`${plural(blobs.refused, 'file')} refused: damaged, or too large.`);
  if (wantedBlobs.length > 0) lines.push(`${plural(wantedBlobs.length, 'file')} that messages name are not here.`);
  if (messages !== undefined && messages.delivered > 0) {
    lines.push(`Delivered ${plural(messages.delivered, 'sealed message')} that came along.`);
  }
  if (messages !== undefined && messages.files > 0) {
    lines.push(`Took in ${plural(messages.files, 'part')} of files that such messages name.`);
  }
  if (refusedCount > 0)
    lines.push(`Refused ${plural(refusedCount, 'message')}:`, ...refused.slice(0, SHOWN).map(refusalLine));
  if (refusedCount > SHOWN) lines.push('  … (--json lists more)');
  if (refused.some(({ reason }) => reason === 'gap')) lines.push(GAP);
  return lines.join('\n');
}

const SHOWN = 20;
const GAP =
  'A gap means that what comes before is not here yet: import the earlier bundle or volume, then this one again.';

function refusalLine({ reason, author, depth, line }: EntryRefusal): string {
  const whose = author === undefined ? '' : ` of ${printable(author)}`;
  const where = depth === undefined ? '' : ` at depth ${depth}`;
  return `  line ${line}: ${reason}${where}${whose}`;
}

export function inspectLines(report: BundleReport): string {
  const { authors, blobs, damage, damageCount, entries, dialects, packs } = report;
  const rows = authors.map(({ author, dialect, from, to, entries: count }) => [
    printable(author),
    dialect,
    plural(count, 'message'),
    count === 0 ? '' : `depth ${from} to ${to}`,
  ]);
  const lines = [
    `${plural(entries, 'message')} by ${plural(authors.length, 'author')}${report.authorsCut ? ' and more' : ''}, dialect ${dialects.join(', ') || 'none'}.`,
    ...(rows.length > 0 ? [table(rows)] : []),
    `Files: ${blobs.present} of ${blobs.named} that messages name are here, ${amount(blobs.bytes)}.`,
  ];
  if (blobs.unnamed > 0) lines.push(`${plural(blobs.unnamed, 'file')} that no message names.`);
  for (const path of blobs.damaged.slice(0, SHOWN)) lines.push(`Damaged: ${printable(path)}`);
  if (packs > 0) lines.push(`${plural(packs, 'message')} announce packs of sealed chat messages and packets.`);
  if (damageCount > 0) lines.push(`${plural(damageCount, 'fault')}:`, ...damage.slice(0, SHOWN).map(refusalLine));
  return lines.join('\n');
}
