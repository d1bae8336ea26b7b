/** Hands a file to the person: saved under its own name, with a type that no browser runs or opens. */
import type { FileReference } from '../runtime/api.ts';
import { fileNameText } from './display.ts';

/** Long enough for a browser to have begun saving. */
const KEPT_MS = 60_000;

export async function save(file: FileReference): Promise<void> {
  const bytes = await file.read();
  const url = objectUrl(bytes, 'application/octet-stream');
  const link = document.createElement('a');
  link.href = url;
  link.download = fileNameText(file.name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

export const objectUrl = (bytes: Uint8Array, type: string): string =>
  URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
