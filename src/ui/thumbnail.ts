/**
 * Small pictures, made on this device: decoded once to the size that is shown, so that what stays in memory is the
 * screen's, not the file's. Bounds are checked before anything is decoded (picture.ts).
 */
import { readPicture } from './picture.ts';
import { fitWithin } from './preview.ts';
import { objectUrl } from './save.ts';

export interface Thumbnail {
  /** To be revoked by whoever asked. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** Undefined for what is no picture, or too large a one. Moving pictures are shown as they are. */
export async function thumbnail(
  bytes: Uint8Array,
  box: { width: number; height: number },
): Promise<Thumbnail | undefined> {
  const picture = readPicture(bytes);
  if (picture === undefined) return undefined;
  const size = fitWithin(picture.width, picture.height, box);
  const density = Math.min(2, globalThis.devicePixelRatio || 1);
  const isSmall = picture.width <= size.width * density && picture.height <= size.height * density;
  if (isSmall || picture.type === 'image/gif') return { url: objectUrl(bytes, picture.type), ...size };
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: picture.type });
  const bitmap = await createImageBitmap(blob, {
    resizeWidth: Math.round(size.width * density),
    resizeQuality: 'medium',
  }).catch(() => undefined);
  if (bitmap === undefined) return undefined;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  // A turned photograph is turned in the bitmap; its box then follows.
  const shown = fitWithin(bitmap.width, bitmap.height, box);
  bitmap.close();
  const small = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
  return { url: URL.createObjectURL(small), ...shown };
}
