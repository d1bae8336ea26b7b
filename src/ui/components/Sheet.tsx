/** A panel in the middle with a heading, which has the focus at first and whenever what it stands over is another. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './Icon.tsx';
import { Panel } from './Panel.tsx';

interface Props {
  title: string;
  /** The name of the button that closes it. */
  close: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Sheet({ title, close, onClose, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <Panel label={title} kind="sheet" onClose={onClose}>
      <div class="sheet-panel">
        <header class="sheet-head">
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" class="quiet square" aria-label={close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </Panel>
  );
}
