/** The button that fetches a file in order to show it, and what became of that. */
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';

export type View<Shown> = { kind: 'closed' | 'loading' | 'failed' | 'refused' } | { kind: 'shown'; shown: Shown };

interface Props {
  view: View<unknown>;
  icon: 'play' | 'file';
  label: string;
  /** The part of the label that is seen: the name stands beside it. */
  short: string;
  /** What is said where the file is not what it seemed. */
  refused: string;
  onOpen: () => Promise<void>;
}

export function Opener({ view, icon, label, short, refused, onOpen }: Props) {
  if (view.kind === 'refused') return <p class="hint">{refused}</p>;
  const seen = view.kind === 'loading' ? words.file.loading : view.kind === 'failed' ? words.file.failed : short;
  return (
    <button
      type="button"
      class="outlined small"
      aria-label={seen === short ? label : undefined}
      aria-busy={view.kind === 'loading'}
      onClick={() => void onOpen()}
    >
      <Icon name={view.kind === 'failed' ? 'warning' : icon} />
      {seen}
    </button>
  );
}
