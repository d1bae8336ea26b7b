/** What went over one path, and what pongs have said of it: how much is under way, how fast it goes, how much is lost. */
import type { Mark } from './heartbeat.ts';

const LOSS_GAIN = 1 / 8;
const RATE_MS = 500;

export class Tally {
  sentFrames = 0;
  sentBytes = 0;
  receivedFrames = 0;
  receivedBytes = 0;
  /** Share of frames that did not arrive, 0 to 1, smoothed. */
  loss = 0;
  /** Bytes confirmed in a millisecond, over the last while. */
  rate = 0;
  #frames = 0;
  #arrived = 0;
  #bytes = 0;
  #at = Number.NEGATIVE_INFINITY;

  sent(bytes: number): void {
    this.sentFrames++;
    this.sentBytes += bytes;
  }

  received(bytes: number): void {
    this.receivedFrames++;
    this.receivedBytes += bytes;
  }

  /** Bytes that no answer has confirmed. */
  get underWay(): number {
    return this.sentBytes - this.#bytes;
  }

  /** Whether all has been confirmed that was sent when so many bytes had been. */
  hasConfirmed(sentBytes: number): boolean {
    return sentBytes <= this.#bytes;
  }

  /** An answer came for what was sent up to the mark; returns how many bytes are new in that. */
  confirm(mark: Mark, now: number): number {
    const bytes = Math.max(0, mark.bytes - this.#bytes);
    const elapsed = now - this.#at;
    this.#bytes += bytes;
    this.#at = now;
    if (elapsed > 0) this.rate += (bytes / elapsed - this.rate) * Math.min(1, elapsed / RATE_MS);
    return bytes;
  }

  /** Of the frames up to the mark and perhaps some more, so many arrived. */
  countLoss({ frames }: Mark, arrived: number): void {
    const sent = frames - this.#frames;
    if (sent > 0) {
      const lost = Math.min(1, Math.max(0, 1 - (arrived - this.#arrived) / sent));
      this.loss += (lost - this.loss) * LOSS_GAIN;
    }
    this.#frames = Math.max(frames, this.#frames);
    this.#arrived = Math.max(arrived, this.#arrived);
  }
}
