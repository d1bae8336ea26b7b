/** What is known of one person: keys, the safety number to compare, the mark that it was, and the past to share. */
import { useEffect, useState } from 'preact/hooks';
import { readSafetyNumber, safetyGroups, safetyQrText } from '../../core/identity/safety-number.ts';
import type { KnownPerson } from '../../runtime/api.ts';
import { authorName, type Chat } from '../chat.ts';
import { words } from '../text/text.ts';
import { dateText } from '../time.ts';
import { Icon } from './Icon.tsx';
import { Avatar, Name } from './Name.tsx';
import { Panel } from './Panel.tsx';
import { Qr } from './Qr.tsx';
import { SharePast } from './SharePast.tsx';

interface Props {
  chat: Chat;
  of: string;
  onClose: () => void;
}

export function PersonPanel({ chat, of, onClose }: Props) {
  const person = chat.people.value.get(of);
  const present = chat.conversation.value.members.value?.some(({ key }) => key === of) === true;
  if (person === undefined) return null;
  const name = authorName(person);
  return (
    <Panel label={words.trust.about(name)} kind="right" onClose={onClose}>
      <div class="person">
        <div class="readers-head">
          <h2>{words.trust.about(name)}</h2>
          <button type="button" class="quiet square" aria-label={words.trust.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        <p class="person-name">
          <Avatar person={person} />
          <Name person={person} marked={false} verified={person.verified !== undefined} />
        </p>
        {person.agent && <p class="hint">{words.trust.agent}</p>}
        <dl class="person-facts">
          <dt>{words.trust.key}</dt>
          <dd class="dot1">{person.dot1}</dd>
        </dl>
        <p class="hint">{words.trust.since(dateText(person.since))}</p>
        {person.keyChanged && <p class="strip strip-problem">{words.trust.newKey(name)}</p>}
        {!person.self && <SafetyNumber chat={chat} person={person} />}
        {!person.self && present && <SharePast chat={chat} person={person} />}
      </div>
    </Panel>
  );
}

function SafetyNumber({ chat, person }: { chat: Chat; person: KnownPerson }) {
  const [number, setNumber] = useState<string | undefined>(undefined);
  const name = authorName(person);
  useEffect(() => {
    let gone = false;
    // After the panel is drawn: thousands of hashes take a moment.
    const timer = setTimeout(() => void chat.safetyNumber(person.key).then((found) => gone || setNumber(found)));
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [person.key, person.keyChanged]);
  return (
    <section class="safety" aria-label={words.trust.number}>
      <h3>{words.trust.number}</h3>
      <p class="hint">{words.trust.explain(name)}</p>
      {number === undefined ? (
        <p class="hint" role="status">
          {words.trust.loading}
        </p>
      ) : (
        <>
          <ol class="digits" dir="ltr">
            {safetyGroups(number).map((group, index) => (
              <li key={index}>{group}</li>
            ))}
          </ol>
          <Qr text={safetyQrText(number)} label={words.trust.qr} />
          <p class="hint">{words.trust.readOut}</p>
          <Check number={number} />
        </>
      )}
      <p class={person.verified ? 'standing standing-verified' : 'standing'}>
        <Icon name={person.verified ? 'shield' : 'warning'} />
        <span>{person.verified ? words.trust.verifiedOn(dateText(person.verified)) : words.trust.notVerified}</span>
      </p>
      <button
        type="button"
        class={person.verified ? 'quiet small' : 'primary small'}
        disabled={number === undefined}
        onClick={() => void chat.setVerified(person.key, person.verified === undefined)}
      >
        {person.verified ? words.trust.unmark : words.trust.mark}
      </button>
    </section>
  );
}

/** For a number that came by another way than a voice: typed, pasted, or scanned by any program. */
function Check({ number }: { number: string }) {
  const [typed, setTyped] = useState('');
  const read = readSafetyNumber(typed);
  const verdict =
    typed.trim() === '' ? '' : read === undefined ? 'incomplete' : read === number ? 'equal' : 'different';
  return (
    <div class="check">
      <label for="safety-entered">{words.trust.entered}</label>
      <textarea
        id="safety-entered"
        rows={2}
        value={typed}
        autocomplete="off"
        spellcheck={false}
        dir="ltr"
        aria-describedby="safety-verdict"
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <p id="safety-verdict" class={`verdict verdict-${verdict || 'none'}`} role="status">
        {verdict === '' ? words.trust.enteredHint : words.trust[verdict]}
      </p>
    </div>
  );
}
