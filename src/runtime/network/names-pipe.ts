/** Questions about names between peers (spec/12-names.md#by-a-pipe): one line each way, and the end. */
import { concat, fromUtf8, utf8 } from '../../core/bytes.ts';
import { DecodeError, RemoteError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { type Named, parseNamed } from '../../core/recipient.ts';
import type { Pipe } from '../api-direct.ts';
import { createCanceller } from '../peer/cancel.ts';
import type { Pipes } from './pipes.ts';

const PROTOCOL = 'pipes/names/1';
const QUESTION_BYTES = 256;
const ANSWER_BYTES = 1025;
const SILENCE_MS = 10_000;
const LINE_FEED = 10;
/** At once; who asks more is cut off. */
const MOST = 64;

/** `lookUp` knows this machine's own names. What it returns ends the answering. */
export function answerNames(
  pipes: Pick<Pipes, 'accept'>,
  clock: Pick<Clock, 'after'>,
  lookUp: (name: string) => Promise<Named>,
): () => void {
  let asking = 0;
  const answer = async (pipe: Pipe): Promise<void> => {
    const reader = pipe.readable.getReader();
    const name = await lineOf(reader, QUESTION_BYTES);
    const writer = pipe.writable.getWriter();
    await writer.write(utf8(`${JSON.stringify(await lookUp(name))}\n`));
    await writer.close();
    // Whoever asked ends it, having read.
    await reader.read();
  };
  return pipes.accept(PROTOCOL, (pipe) => {
    if (asking >= MOST) return pipe.abort();
    asking++;
    const stop = clock.after(SILENCE_MS, pipe.abort);
    answer(pipe)
      .catch(() => undefined)
      .finally(() => {
        stop();
        pipe.abort();
        asking--;
      });
  });
}

/** Rejects with RemoteError where that identity's peer can't be reached, or does not answer as it should. */
export async function askName(
  pipes: Pick<Pipes, 'open'>,
  clock: Pick<Clock, 'after'>,
  identity: string,
  name: string,
): Promise<Named> {
  const late = createCanceller();
  let pipe: Pipe | undefined;
  const stop = clock.after(SILENCE_MS, () => {
    late.cancel();
    pipe?.abort();
  });
  try {
    pipe = await pipes.open(identity, PROTOCOL, { signal: late.signal });
    const writer = pipe.writable.getWriter();
    await writer.write(utf8(`${name}\n`));
    const answer = await lineOf(pipe.readable.getReader(), ANSWER_BYTES);
    await writer.close();
    return parseNamed(answer);
  } catch (error) {
    const why = late.signal.aborted ? `no answer within ${SILENCE_MS / 1000} s` : messageOf(error);
    throw new RemoteError(`Cannot ask for ${name}: ${why}`, { cause: error });
  } finally {
    stop();
    pipe?.abort();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The first line, which has to come before that many bytes. */
async function lineOf(reader: { read(): Promise<{ value?: Uint8Array | undefined }> }, most: number): Promise<string> {
  let bytes: Uint8Array = new Uint8Array();
  for (;;) {
    const { value } = await reader.read();
    if (value !== undefined) bytes = concat(bytes, value);
    const end = bytes.indexOf(LINE_FEED);
    const text = end < 0 || end >= most ? undefined : fromUtf8(bytes.subarray(0, end));
    if (text !== undefined) return text;
    if (value === undefined || end >= 0 || bytes.length >= most)
      throw new DecodeError('line', 'Cannot read line: expected a short one');
  }
}
