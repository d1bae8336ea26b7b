/**
 * The two workers of an open PDF: one parses, one draws. They are started from this page's own files, which its policy
 * asks to be named (Trusted Types), and ended with the PDF, however busy they are.
 */
import rendererUrl from 'pdfjs-dist/legacy/build/pdf.renderer.min.mjs?worker&url';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker&url';

export interface PdfWorkers {
  readonly parser: Worker;
  readonly painter: Worker;
  stop(): void;
}

export function startPdfWorkers(): PdfWorkers {
  const parser = start(workerUrl);
  const painter = start(rendererUrl);
  return {
    parser,
    painter,
    stop() {
      parser.terminate();
      painter.terminate();
    },
  };
}

/** As far as this page needs it: not all browsers have them, nor do TypeScript's own types. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy('pipes-pdf', {
  createScriptURL(url) {
    if (url === workerUrl || url === rendererUrl) return url;
    throw new Error(`Cannot start worker: expected one of the two for PDF, got ${url}`);
  },
});

const start = (url: string): Worker => new Worker(policy?.createScriptURL(url) ?? url, { type: 'module' });
