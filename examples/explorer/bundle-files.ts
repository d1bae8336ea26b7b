/** A bundle out of files that somebody chose or dropped: entries first, then the blobs that they name. */
import type { ImportReport, Logs } from 'pipes/browser';

export interface Taken extends Pick<ImportReport, 'imported' | 'known' | 'refusedCount'> {
  readonly blobs: number;
}

export async function takeFiles(logs: Logs, files: readonly File[], tell: (words: string) => void): Promise<Taken> {
  const sum = { imported: 0, known: 0, refusedCount: 0, blobs: 0 };
  const wanted = new Set<string>();
  for (const file of files.filter(({ name }) => /\.pgn$/i.test(name))) {
    const report = await logs.importEntries(file.stream() as unknown as AsyncIterable<Uint8Array>, {
      onProgress: ({ entries }) => tell(`${entries} messages read`),
    });
    sum.imported += report.imported;
    sum.known += report.known;
    sum.refusedCount += report.refusedCount;
    for (const hash of report.wantedBlobs) wanted.add(hash);
  }
  for (const file of files.filter(({ name, size }) => !/\.pgn$/i.test(name) && size <= 360_000)) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    if (!wanted.has([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''))) continue;
    await logs.files.put([bytes]);
    sum.blobs++;
  }
  return sum;
}

/** The files of what was dropped, folders looked into. */
export async function droppedFiles(items: DataTransferItemList): Promise<File[]> {
  const roots = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(roots.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((settle, reject) => (entry as FileSystemFileEntry).file(settle, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((settle, reject) => reader.readEntries(settle, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOf))).flat();
}
