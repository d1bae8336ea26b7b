/** The second way in: 24 words, one field, and all that was entered below it. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { isListedWord } from '../../core/identity/words.ts';
import { words } from '../text/text.ts';
import { createWordEntry, type EntryProblem, type WordEntry } from '../word-entry.ts';
import { Mark } from './Mark.tsx';

interface Props {
  restoring: boolean;
  problem: string | undefined;
  onRestore: (seed: Uint8Array) => void;
  onBack: () => void;
}

export function Restore({ restoring, problem, onRestore, onBack }: Props) {
  const entry = useMemo(createWordEntry, []);
  const submit = useRef<HTMLButtonElement>(null);
  const verdict = entry.verdict.value;
  const isWhole = entry.at.value === undefined;
  useEffect(() => {
    if (isWhole && verdict.kind === 'seed') submit.current?.focus();
  }, [isWhole, verdict.kind]);
  const go = (event: Event): void => {
    event.preventDefault();
    if (verdict.kind === 'seed' && isWhole && !restoring) onRestore(verdict.seed);
  };
  const trouble = isWhole && verdict.kind === 'wrong-checksum' ? words.restore.checksum : problem;
  return (
    <main class="sheet">
      <div class="card card-wide">
        <Mark />
        <h1>{words.restore.title}</h1>
        <p>{words.restore.what}</p>
        <form onSubmit={go} noValidate>
          {!isWhole && <Field entry={entry} />}
          <p class="fits" role="status">
            {isWhole && verdict.kind === 'seed' ? words.restore.fits : ''}
          </p>
          <p class="trouble" role="alert">
            {trouble}
          </p>
          <Entered entry={entry} />
          <div class="buttons">
            <button
              ref={submit}
              class="primary"
              type="submit"
              disabled={!isWhole || verdict.kind !== 'seed' || restoring}
            >
              {restoring ? words.restore.working : words.restore.submit}
            </button>
            <button class="quiet" type="button" disabled={restoring} onClick={onBack}>
              {words.restore.back}
            </button>
            {entry.entered.value.some((word) => word !== '') && (
              <button class="quiet" type="button" disabled={restoring} onClick={() => clear(entry)}>
                {words.restore.clear}
              </button>
            )}
          </div>
        </form>
      </div>
    </main>
  );
}

const FIELD = 'seed-word';
const focusField = (): void => void requestAnimationFrame(() => document.getElementById(FIELD)?.focus());

function clear(entry: WordEntry): void {
  entry.clear();
  focusField();
}

function Field({ entry }: { entry: WordEntry }) {
  const at = entry.at.value ?? 0;
  const problem = entry.problem.value;
  const like = problem?.kind === 'unknown' ? problem.like : [];
  const onKeyDown = (event: KeyboardEvent): void => {
    const takes = event.key === 'Enter' && !event.isComposing;
    const goesBack = event.key === 'Backspace' && entry.typed.peek() === '';
    if (!takes && !goesBack) return;
    event.preventDefault();
    if (takes) entry.take();
    else entry.back();
  };
  useEffect(focusField, []);
  return (
    <>
      <label for={FIELD}>{words.restore.word(at + 1)}</label>
      <input
        id={FIELD}
        value={entry.typed.value}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        dir="ltr"
        lang="en"
        enterkeyhint="next"
        aria-invalid={problem !== undefined}
        aria-describedby="seed-hint seed-problem"
        onInput={(event) => entry.type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p id="seed-hint" class="hint">
        {words.restore.hint}
      </p>
      <p class="unseen" role="status">
        {words.restore.word(at + 1)}
      </p>
      <p id="seed-problem" class="trouble" role="alert">
        {problem === undefined ? '' : said(problem)}
      </p>
      <Words
        label={like.length > 0 ? words.restore.like : words.restore.begun}
        entry={entry}
        found={like.length > 0 ? like : entry.suggestions.value}
      />
    </>
  );
}

function Words({ label, entry, found }: { label: string; entry: WordEntry; found: readonly string[] }) {
  return (
    <ul class="chips" dir="ltr" lang="en" aria-label={label} hidden={found.length === 0}>
      {found.map((word) => (
        <li key={word}>
          <button
            type="button"
            class="outlined small"
            onClick={() => {
              entry.choose(word);
              focusField();
            }}
          >
            {word}
          </button>
        </li>
      ))}
    </ul>
  );
}

function said(problem: EntryProblem): string {
  const { restore } = words;
  if (problem.kind === 'unknown') {
    return problem.like.length > 0
      ? `${restore.unknown(problem.typed)} ${restore.like}`
      : restore.unknown(problem.typed);
  }
  return problem.kind === 'several' ? restore.several : restore.tooMany(problem.count);
}

/** Each can be gone back to. */
function Entered({ entry }: { entry: WordEntry }) {
  const entered = entry.entered.value;
  if (entered.every((word) => word === '')) return null;
  return (
    <ol class="seed-words seed-entered" dir="ltr" lang="en" translate={false} aria-label={words.restore.entered}>
      {entered.map((word, place) => (
        <li key={place} class={place === entry.at.value ? 'seed-at' : undefined} aria-hidden={word === ''}>
          <span class="seed-place" aria-hidden="true">
            {place + 1}
          </span>
          {word !== '' && <EnteredWord word={word} place={place} entry={entry} />}
        </li>
      ))}
    </ol>
  );
}

function EnteredWord({ word, place, entry }: { word: string; place: number; entry: WordEntry }) {
  const isKnown = isListedWord(word);
  const name = isKnown ? words.restore.change(place + 1, word) : words.restore.changeUnknown(place + 1, word);
  return (
    <button
      type="button"
      class={isKnown ? 'seed-word' : 'seed-word seed-unknown'}
      aria-label={name}
      onClick={() => {
        entry.edit(place);
        focusField();
      }}
    >
      {word}
    </button>
  );
}
