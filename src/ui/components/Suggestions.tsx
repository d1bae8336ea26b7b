/** Who may be meant by the @ that is being typed: a list that the field keeps the focus over. */
import type { Member } from '../../runtime/api.ts';
import { words } from '../text/text.ts';
import { Avatar, Name } from './Name.tsx';

export const SUGGESTIONS_ID = 'suggestions';
export const suggestionId = (index: number): string => `${SUGGESTIONS_ID}-${index}`;

interface Props {
  people: readonly Member[];
  chosen: number;
  onChoose: (index: number) => void;
}

export function Suggestions({ people, chosen, onChoose }: Props) {
  return (
    <div id={SUGGESTIONS_ID} class="suggestions" role="listbox" aria-label={words.composer.mentions}>
      {people.map((person, index) => (
        <div
          key={person.key}
          id={suggestionId(index)}
          role="option"
          aria-selected={index === chosen}
          tabIndex={-1}
          class="suggestion"
          // The field must not lose the focus to a click.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(index);
          }}
        >
          <Avatar person={person} />
          <Name person={person} marked={true} />
        </div>
      ))}
    </div>
  );
}
