/** Loud and calm: a key that changed, or a name on a second key, above everything that is said meanwhile. */
import { authorName, type Chat } from '../chat.ts';
import { shortDot1 } from '../display.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import type { Concern } from '../trust.ts';
import { Icon } from './Icon.tsx';

/** One at a time: the others wait until it is seen. */
const SHOWN = 1;

export function Concerns({ chat, shell }: { chat: Chat; shell: Shell }) {
  return (
    <div role="alert" class="concerns">
      {chat.concerns.value.slice(0, SHOWN).map((concern) => (
        <ConcernView key={concern.kind + concern.person.key} concern={concern} chat={chat} shell={shell} />
      ))}
    </div>
  );
}

function ConcernView({ concern, chat, shell }: { concern: Concern; chat: Chat; shell: Shell }) {
  const { person } = concern;
  const name = authorName(person);
  const isNewKey = concern.kind === 'new-key';
  return (
    <section class={`concern concern-${concern.kind}`}>
      <Icon name={isNewKey ? 'key' : 'people'} />
      <div>
        <h2>{isNewKey ? words.trust.newKey(name) : words.trust.sameName(name)}</h2>
        <p>{isNewKey ? words.trust.newKeyWhy : words.trust.sameNameWhy(shortDot1(person.dot1))}</p>
        <div class="buttons">
          <button
            type="button"
            class="outlined small"
            onClick={() => {
              shell.person.value = person.key;
            }}
          >
            {words.trust.compare}
          </button>
          <button type="button" class="quiet small" onClick={() => void chat.accept(person.key)}>
            {words.trust.accept}
          </button>
        </div>
      </div>
    </section>
  );
}
