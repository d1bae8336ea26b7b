/** A person's name and mark. Names are strangers' text: isolated, on one line, told apart by dot1 where equal. */
import type { Author, Member } from '../../runtime/api.ts';
import { authorName } from '../chat.ts';
import { colourOf, initial, shortDot1 } from '../display.ts';
import { words } from '../words.ts';
import { Icon } from './Icon.tsx';

type Person = Pick<Author | Member, 'key' | 'dot1' | 'name' | 'self' | 'agent'>;

export function Name({ person, marked }: { person: Person; marked: boolean }) {
  return (
    <span class="name">
      <bdi class="name-text" title={authorName(person)}>
        {authorName(person)}
      </bdi>
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

export function Avatar({ person }: { person: Person }) {
  return (
    <span class={`avatar avatar-${colourOf(person.key, COLOURS)}`} aria-hidden="true">
      {initial(authorName(person))}
    </span>
  );
}
