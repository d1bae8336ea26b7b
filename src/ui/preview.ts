/**
 * What of a file may be shown inside the page, and how: pictures by their content (picture.ts), sound and film through
 * the browser's players, and anything that is text as text alone, whatever it calls itself. HTML, SVG and scripts are
 * text here; a PDF is drawn by pdf.ts; all else is saved.
 */
import { PDF_LIMITS } from './pdf-bounds.ts';
import { mayPreview } from './picture.ts';

export type PreviewKind = 'picture' | 'audio' | 'video' | 'text' | 'pdf' | 'none';

const AUDIO = new Set(['audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav', 'audio/x-wav', 'audio/webm', 'audio/flac']);
const VIDEO = new Set(['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime']);
const TEXT_ENDING =
  /\.(txt|md|csv|tsv|log|json|xml|html?|svg|css|[cm]?[jt]sx?|py|rb|go|rs|java|c|h|sh|ya?ml|toml|ini|diff|patch)$/i;

const MEDIA_BYTES = 64 * 1024 * 1024;
const TEXT_BYTES = 2 * 1024 * 1024;
const SHOWN_UNITS = 20_000;

export function previewKind({ type, size, name }: { type: string; size: number; name: string }): PreviewKind {
  if (mayPreview({ type, size })) return 'picture';
  if (AUDIO.has(type) && size <= MEDIA_BYTES) return 'audio';
  if (VIDEO.has(type) && size <= MEDIA_BYTES) return 'video';
  if (type === 'application/pdf') return size <= PDF_LIMITS.fileBytes ? 'pdf' : 'none';
  const isText = type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/json';
  return (isText || TEXT_ENDING.test(name)) && size <= TEXT_BYTES ? 'text' : 'none';
}

/** The beginning of a file as text, or undefined where it is none. */
export function readText(bytes: Uint8Array): { text: string; cut: boolean } | undefined {
  const head = bytes.subarray(0, SHOWN_UNITS * 4);
  if (head.includes(0)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length < bytes.length });
    const shown = text.slice(0, SHOWN_UNITS).toWellFormed();
    return { text: shown, cut: shown.length < text.length || head.length < bytes.length };
  } catch {
    return undefined;
  }
}

/** A type that a player may be told, from a fixed list: what a stranger wrote is never handed on. */
export const playedType = (type: string): string => (AUDIO.has(type) || VIDEO.has(type) ? type : '');

/** How large a picture is drawn at most: within the box, never enlarged. */
export function fitWithin(width: number, height: number, box: { width: number; height: number }) {
  const scale = Math.min(1, box.width / width, box.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
