/** A person's name and mark. Names are strangers' text: isolated, on one line, told apart by dot1 where equal. */
import type { Author, Member } from '../../runtime/api.ts';
import { authorName } from '../chat.ts';
import { colourOf, initial, shortDot1 } from '../display.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';

type Person = Pick<Author | Member, 'key' | 'dot1' | 'name' | 'self' | 'agent'>;

interface Props {
  person: Person;
  /** Shows the dot1 beside it. */
  marked: boolean;
  /** Their safety number was compared. */
  verified?: boolean;
  /** Makes the name a button that leads to what is known of them. */
  onAbout?: () => void;
}

export function Name({ person, marked, verified = false, onAbout }: Props) {
  const name = authorName(person);
  return (
    <span class="name">
      {onAbout === undefined ? (
        <bdi class="name-text" title={name}>
          {name}
        </bdi>
      ) : (
        <button
          type="button"
          class="name-text name-button"
          dir="auto"
          title={words.trust.about(name)}
          onClick={onAbout}
        >
          {name}
        </button>
      )}
      {verified && (
        <span class="verified" title={words.trust.verified}>
          <Icon name="shield" />
          <span class="unseen">{words.trust.verified}</span>
        </span>
      )}
      {marked && person.dot1 !== undefined && (
        <span class="dot1" title={person.dot1}>
          {shortDot1(person.dot1)}
        </span>
      )}
      {person.self && <span class="tag">{words.me.you}</span>}
      {person.agent && (
        <span class="tag tag-agent" title={words.readers.agentHint}>
          <Icon name="agent" />
          {words.readers.agent}
        </span>
      )}
    </span>
  );
}

const COLOURS = 8;

/** The initial is drawn by the style: it is no text, neither to read aloud nor to copy. */
export function Avatar({ person }: { person: Person }) {
  return (
    <span
      class={`avatar avatar-${colourOf(person.key, COLOURS)}`}
      aria-hidden="true"
      data-initial={initial(authorName(person))}
    />
  );
}
