/**
 * Decides from a file's first bytes whether it may be previewed as a picture: PNG, JPEG, GIF or WebP by content,
 * whatever its name or claimed type, and of a size that a screen needs. A small file that unpacks to thousands of
 * megapixels is refused before the browser decodes it.
 */
export interface Picture {
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
  readonly width: number;
  readonly height: number;
}

/** Files over this size are offered for saving only. */
export const PREVIEW_BYTES = 8 * 1024 * 1024;
const PREVIEW_PIXELS = 40_000_000;
/** What may move is shown as it is, and drawn again and again. */
const MOVING_PIXELS = 8_000_000;
const CLAIMED = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Whether it is worth fetching for a preview. The content decides in the end. */
export const mayPreview = (file: { type: string; size: number }): boolean =>
  CLAIMED.has(file.type) && file.size <= PREVIEW_BYTES;

export function readPicture(bytes: Uint8Array): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = png(view) ?? gif(view) ?? webp(view) ?? jpeg(view);
  if (found === undefined || found.width === 0 || found.height === 0) return undefined;
  return found.width * found.height <= (found.type === 'image/gif' ? MOVING_PIXELS : PREVIEW_PIXELS)
    ? found
    : undefined;
}

function png(view: DataView): Picture | undefined {
  if (view.byteLength < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  if (tag(view, 12) !== 'IHDR') return undefined;
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** Its frames may be larger than the screen that it claims, and browsers follow them. */
function gif(view: DataView): Picture | undefined {
  if (view.byteLength < 10 || tag(view, 0) !== 'GIF8') return undefined;
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  for (let at = 13 + colourTable(view, 10); at + 10 < view.byteLength; ) {
    const block = view.getUint8(at);
    if (block === GIF_FRAME) {
      size.width = Math.max(size.width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      size.height = Math.max(size.height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at = afterParts(view, at + 11 + colourTable(view, at + 9));
    } else if (block === GIF_EXTENSION) at = afterParts(view, at + 2);
    else break;
  }
  return { type: 'image/gif', ...size };
}

const GIF_FRAME = 0x2c;
const GIF_EXTENSION = 0x21;

/** Bytes of the table of colours that a byte of flags announces. */
const colourTable = (view: DataView, flags: number): number => {
  const flag = flags < view.byteLength ? view.getUint8(flags) : 0;
  return flag & 0x80 ? 3 << ((flag & 7) + 1) : 0;
};

/** The place after a row of parts, each with its length in front, and an empty one at the end. */
function afterParts(view: DataView, from: number): number {
  let at = from;
  while (at < view.byteLength && view.getUint8(at) !== 0) at += view.getUint8(at) + 1;
  return at + 1;
}

function webp(view: DataView): Picture | undefined {
  if (view.byteLength < 30 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WEBP') return undefined;
  const type = 'image/webp';
  const kind = tag(view, 12);
  if (kind === 'VP8X') return { type, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  if (kind === 'VP8 ')
    return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind !== 'VP8L') return undefined;
  const packed = view.getUint32(21, true);
  return { type, width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1 };
}

/** Walks the segments to the frame header, which holds the dimensions. */
function jpeg(view: DataView): Picture | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
    } else if (isFrame(marker)) {
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else {
      at += 2 + Math.max(2, view.getUint16(at + 2));
    }
  }
  return undefined;
}

/** Start-of-frame markers, without the three in their range that are tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const tag = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
