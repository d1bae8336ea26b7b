/** The button that fetches a file in order to show it, and what became of that. */
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';

export type View<Shown> = { kind: 'closed' | 'loading' | 'failed' | 'refused' } | { kind: 'shown'; shown: Shown };

interface Props {
  view: View<unknown>;
  icon: 'play' | 'file';
  label: string;
  /** What is said where the file is not what it seemed. */
  refused: string;
  onOpen: () => Promise<void>;
}

export function Opener({ view, icon, label, refused, onOpen }: Props) {
  if (view.kind === 'refused') return <p class="hint">{refused}</p>;
  return (
    <button type="button" class="outlined small" aria-busy={view.kind === 'loading'} onClick={() => void onOpen()}>
      <Icon name={view.kind === 'failed' ? 'warning' : icon} />
      {view.kind === 'loading' ? words.file.loading : view.kind === 'failed' ? words.file.failed : label}
    </button>
  );
}
