/**
 * PDF files as pictures of their pages, and their text for those who listen. PDF.js parses and draws them in workers of
 * its own (decisions/0023): nothing in the file is run, no link leads anywhere, no font of it reaches the browser, and
 * all of it has bounds: bytes, pages, pixels, text and time. Loaded when the first PDF is opened.
 */
import {
  GlobalWorkerOptions,
  getDocument,
  type PDFDocumentProxy,
  type PDFPageProxy,
  PDFWorker,
  version,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import { beginsLikePdf, bitmapSize, PDF_LIMITS } from './pdf-bounds.ts';
import { startPdfWorkers } from './pdf-workers.ts';

export interface Pdf {
  /** How many pages are shown: of a long file, the first. */
  readonly pages: number;
  readonly cut: boolean;
  /** Height for each unit of width of the first page, for the room that others are given until they are drawn. */
  readonly ratio: number;
  /** Draws a page, as wide as that many CSS pixels. Rejects where it can't or takes too long. */
  draw(page: number, canvas: HTMLCanvasElement, width: number): Promise<void>;
  text(page: number): Promise<string>;
  close(): void;
}

/** Undefined for what is no PDF, or one that asks for a password, or that takes too long to open. */
export async function openPdf(bytes: Uint8Array): Promise<Pdf | undefined> {
  if (!beginsLikePdf(bytes)) return undefined;
  const workers = startPdfWorkers();
  // There is one list for all documents; it is read at once.
  GlobalWorkerOptions.rendererPorts = [workers.painter];
  const worker = PDFWorker.create({ port: workers.parser, verbosity: 0 });
  // The bundler lays them there (vite.config.ts).
  const files = new URL(`./pdf-${version}/`, document.baseURI).href;
  const urls = { cMapUrl: files, standardFontDataUrl: files, wasmUrl: files };
  const task = getDocument({ data: new Uint8Array(bytes), worker, ...urls, ...SETTINGS });
  const close = (): void => {
    task.destroy().then(workers.stop, workers.stop);
    // One that is in the midst of something endless never answers.
    setTimeout(workers.stop, STOP_MS);
  };
  try {
    const opened = await within(task.promise);
    const { width, height } = (await within(opened.getPage(1))).getViewport({ scale: 1 });
    return { ...reading(opened, close), ratio: bitmapSize({ width, height }, 100).height / 100, close };
  } catch {
    close();
    return undefined;
  }
}

const STOP_MS = 1000;

const SETTINGS = {
  enableXfa: false,
  disableFontFace: true,
  useSystemFonts: false,
  useWasm: false,
  isImageDecoderSupported: false,
  maxImageSize: PDF_LIMITS.imagePixels,
  canvasMaxAreaInBytes: 4 * PDF_LIMITS.imagePixels,
  verbosity: 0,
};

function reading(document: PDFDocumentProxy, close: () => void): Pick<Pdf, 'pages' | 'cut' | 'draw' | 'text'> {
  let turn: Promise<unknown> = Promise.resolve();
  /** One page at a time. What takes too long ends the workers, and with them all that would come. */
  const inTurn = <T>(use: (page: PDFPageProxy) => Promise<T>, number: number): Promise<T> => {
    const work = async (): Promise<T> => use(await document.getPage(number));
    const done = turn.then(() => within(work()).catch(end));
    turn = done.catch(() => undefined);
    return done;
  };
  const end = (error: unknown): never => {
    if (error instanceof TooLong) close();
    throw error;
  };
  return {
    pages: Math.min(document.numPages, PDF_LIMITS.pages),
    cut: document.numPages > PDF_LIMITS.pages,
    draw: (number, canvas, width) => inTurn((page) => drawPage(page, canvas, width), number),
    text: (number) => inTurn(readPage, number),
  };
}

async function drawPage(page: PDFPageProxy, canvas: HTMLCanvasElement, width: number): Promise<void> {
  const whole = page.getViewport({ scale: 1 });
  const size = bitmapSize(whole, width * Math.min(2, globalThis.devicePixelRatio || 1));
  canvas.width = size.width;
  canvas.height = size.height;
  await page.render({ canvas, viewport: page.getViewport({ scale: size.scale }) }).promise;
  page.cleanup();
}

/** No more than its bound, however much there is. */
async function readPage(page: PDFPageProxy): Promise<string> {
  const reader = page.streamTextContent().getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    for (const item of value.items) if ('str' in item) text += item.str + (item.hasEOL ? '\n' : '');
    if (text.length < PDF_LIMITS.textUnits) continue;
    await reader.cancel(new Error('enough')).catch(() => undefined);
    return text.slice(0, PDF_LIMITS.textUnits);
  }
}

class TooLong extends Error {}

function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooLong('Cannot show PDF: it takes too long')), PDF_LIMITS.ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
