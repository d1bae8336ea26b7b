/** The draft of the own log's next entry, kept in a record until it is signed: the published client's way of writing. */
import { UsageError } from '../../core/errors.ts';
import { appendToDraft, type Draft, newDraft, renderDraft } from '../../core/log/draft.ts';
import type { Drafts } from '../api-logs.ts';
import { entryOfRow } from './names.ts';
import type { OwnLog } from './own.ts';
import type { LogPorts } from './ports.ts';

const SPACE = 'draft';
const KEY = 'current';

export function createDrafts({ store }: Pick<LogPorts, 'store'>, own: OwnLog): Drafts {
  const current = async (): Promise<Draft> => {
    const text = await store.record(SPACE, KEY);
    if (text === undefined) throw new UsageError('Cannot use draft: there is none, so create one first');
    return JSON.parse(text);
  };
  const keep = async (draft: Draft): Promise<string> => {
    await store.commit([{ op: 'put', space: SPACE, key: KEY, value: JSON.stringify(draft) }]);
    return renderDraft(draft);
  };
  return {
    async create(kind) {
      const draft = newDraft(await own.dialect(), kind);
      const value = JSON.stringify(draft);
      const [outcome] = await store.commit([{ op: 'put', space: SPACE, key: KEY, value, ifAbsent: true }]);
      if (outcome?.outcome === 'present') throw new UsageError('Cannot create draft: there is one; sign or discard it');
      return renderDraft(draft);
    },
    append: async (key, value) => keep(appendToDraft(await current(), key, value)),
    show: async () => renderDraft(await current()),
    async discard() {
      await store.commit([{ op: 'delete', space: SPACE, key: KEY }]);
    },
    sign: async () => entryOfRow(await own.sign(await current(), [{ op: 'delete', space: SPACE, key: KEY }])),
  };
}
