/** A member's choice to give a newcomer the keys of earlier messages, said plainly before it is done. */
import { useState } from 'preact/hooks';
import type { KnownPerson } from '../../runtime/api.ts';
import { authorName, type Chat } from '../chat.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';

const DAY = 24 * 60 * 60_000;
const SPANS = [
  { name: 'all', ms: Number.POSITIVE_INFINITY },
  { name: 'week', ms: 7 * DAY },
  { name: 'day', ms: DAY },
] as const;

type State = { kind: 'closed' | 'asking' | 'working' } | { kind: 'done'; count: number };

export function SharePast({ chat, person }: { chat: Chat; person: KnownPerson }) {
  const [state, setState] = useState<State>({ kind: 'closed' });
  const [span, setSpan] = useState<number>(Number.POSITIVE_INFINITY);
  const name = authorName(person);
  const share = async (): Promise<void> => {
    setState({ kind: 'working' });
    const since = Number.isFinite(span) ? new Date(Date.now() - span) : undefined;
    let count = 0;
    const done = await chat.attempt(async () => {
      count = await chat.conversation.peek().share(person.key, since);
    });
    setState(done ? { kind: 'done', count } : { kind: 'asking' });
  };
  if (state.kind === 'closed') {
    return (
      <button type="button" class="outlined small" onClick={() => setState({ kind: 'asking' })}>
        <Icon name="unlocked" />
        {words.share.button}
      </button>
    );
  }
  return (
    <section
      ref={(element) => element?.scrollIntoView({ block: 'nearest' })}
      class="share"
      aria-label={words.share.title(name)}
    >
      <h3>{words.share.title(name)}</h3>
      <p class="hint">{words.share.why(name)}</p>
      <fieldset disabled={state.kind !== 'asking'}>
        <legend class="unseen">{words.share.title(name)}</legend>
        {SPANS.map((each) => (
          <label key={each.name} class="choice">
            <input type="radio" name="span" checked={span === each.ms} onChange={() => setSpan(each.ms)} />
            {words.share[each.name]}
          </label>
        ))}
      </fieldset>
      <p role="status">
        {state.kind === 'working' && words.share.working}
        {state.kind === 'done' && (state.count > 0 ? words.share.done(state.count) : words.share.nothing)}
      </p>
      {state.kind !== 'done' && (
        <div class="buttons">
          <button type="button" class="primary small" disabled={state.kind === 'working'} onClick={() => void share()}>
            {words.share.confirm}
          </button>
          <button type="button" class="quiet small" onClick={() => setState({ kind: 'closed' })}>
            {words.share.cancel}
          </button>
        </div>
      )}
    </section>
  );
}
