/** Something over the page: a modal dialog, so that focus stays in it and Escape closes it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  label: string;
  kind: 'left' | 'right' | 'centre' | 'sheet';
  onClose: () => void;
  children: ComponentChildren;
}

export function Panel({ label, kind, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    return () => {
      gone.current = true;
      element?.close();
      // The browser gives the focus back where it closes a dialog itself, and not where the dialog is taken away.
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  // The browser tells late: by then another panel may be open in its place.
  const tell = (): void => {
    if (!gone.current) onClose();
  };
  const closeOnBackdrop = (event: MouseEvent): void => {
    if (event.target === dialog.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog without a handler of ours
    <dialog ref={dialog} class={`panel panel-${kind}`} aria-label={label} onClose={tell} onClick={closeOnBackdrop}>
      <div class="panel-inside">{children}</div>
    </dialog>
  );
}
