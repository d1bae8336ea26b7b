/** Turns chosen, pasted or dropped files into what a message carries, within bounds that are said in words. */
import { LIMITS } from '../core/registry.ts';
import type { OutgoingFile } from '../runtime/api.ts';
import { fileNameText } from './display.ts';
import { words } from './text/text.ts';

/** Files are sealed in memory, so they have to fit there. */
export const FILE_BYTES = 50_000_000;

interface Readable {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export async function attach(
  held: readonly OutgoingFile[],
  chosen: Iterable<Readable>,
): Promise<{ files: readonly OutgoingFile[]; problem: string | undefined }> {
  const files = [...held];
  let problem: string | undefined;
  for (const file of chosen) {
    const name = fileNameText(file.name);
    if (files.length >= LIMITS.attachments) {
      problem = words.composer.tooMany(LIMITS.attachments);
    } else if (file.size > FILE_BYTES) {
      problem = words.composer.tooLarge(name, FILE_BYTES);
    } else {
      files.push({ name, type: file.type.toLowerCase(), bytes: new Uint8Array(await file.arrayBuffer()) });
    }
  }
  return { files, problem };
}
