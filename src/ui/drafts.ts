/** What is being written, per channel. Drafts live in memory alone: nothing unsealed is put on disk. */
import { type Signal, signal } from '@preact/signals';
import type { OutgoingFile } from '../runtime/api.ts';

export interface Draft {
  readonly text: string;
  readonly files: readonly OutgoingFile[];
}

export interface Drafts {
  of(channel: string): Signal<Draft>;
}

export const NO_DRAFT: Draft = { text: '', files: [] };

export function createDrafts(): Drafts {
  const drafts = new Map<string, Signal<Draft>>();
  return {
    of(channel) {
      const draft = drafts.get(channel) ?? signal(NO_DRAFT);
      drafts.set(channel, draft);
      return draft;
    },
  };
}
