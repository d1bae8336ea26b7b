/** What a PDF of a stranger may ask for, and how large a page of it is drawn. Pure. */
export const PDF_LIMITS = {
  fileBytes: 32 * 1024 * 1024,
  /** Shown at most: the first ones. */
  pages: 200,
  /** Of one page on screen, and of one picture inside a page. */
  pagePixels: 4_000_000,
  imagePixels: 16_000_000,
  sidePixels: 8192,
  textUnits: 20_000,
  /** For opening, and for each page. */
  ms: 10_000,
} as const;

/** Readers of PDF look for its first line in the first kilobyte, and so do we. */
export function beginsLikePdf(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-');
}

/** Pixels of a page that is to be so wide: less where it would be too many. Throws for a page without area. */
export function bitmapSize(
  page: { readonly width: number; readonly height: number },
  wanted: number,
): { width: number; height: number; scale: number } {
  const fits = [page.width, page.height].every((side) => Number.isFinite(side) && side > 0);
  if (!fits) throw new Error(`Cannot draw page: expected a size, got ${page.width} × ${page.height}`);
  const scale = Math.min(
    wanted / page.width,
    PDF_LIMITS.sidePixels / Math.max(page.width, page.height),
    Math.sqrt(PDF_LIMITS.pagePixels / page.width / page.height),
  );
  const pixels = (side: number): number => Math.max(1, Math.floor(side * scale));
  return { width: pixels(page.width), height: pixels(page.height), scale };
}
