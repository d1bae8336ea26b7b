/** The part of the Streams standard that is used here: Node and browsers have it alike, and their types take its place. */
interface ReadableStream<R> {
  getReader(): {
    read(): Promise<{ done: boolean; value: R | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

interface WritableStream<W> {
  getWriter(): { write(chunk: W): Promise<void>; close(): Promise<void>; abort(reason?: unknown): Promise<void> };
}

declare const ReadableStream: new <R>(
  source: {
    pull(controller: { enqueue(chunk: R): void; close(): void; error(reason: unknown): void }): Promise<void>;
    cancel(): void;
  },
  strategy: { highWaterMark: number },
) => ReadableStream<R>;

declare const WritableStream: new <W>(
  sink: { write(chunk: W): Promise<void>; close(): Promise<void>; abort(): void },
  strategy: { highWaterMark: number },
) => WritableStream<W>;
