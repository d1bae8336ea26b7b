/** Sound, film and text of a message, each fetched only when somebody asks for it. */
import { useEffect, useState } from 'preact/hooks';
import type { FileReference } from '../../runtime/api.ts';
import { bodyText, fileNameText } from '../display.ts';
import { playedType, readText } from '../preview.ts';
import { objectUrl } from '../save.ts';
import { words } from '../text/text.ts';
import { Opener, type View } from './Opener.tsx';

export function MediaPreview({ file, kind }: { file: FileReference; kind: 'audio' | 'video' }) {
  const [view, setView] = useState<View<string>>({ kind: 'closed' });
  const name = fileNameText(file.name);
  const url = view.kind === 'shown' ? view.shown : undefined;
  useEffect(() => () => void (url !== undefined && URL.revokeObjectURL(url)), [url]);
  const open = async (): Promise<void> => {
    setView({ kind: 'loading' });
    setView(
      await file.read().then(
        (bytes) => ({ kind: 'shown' as const, shown: objectUrl(bytes, playedType(file.type)) }),
        () => ({ kind: 'failed' as const }),
      ),
    );
  };
  if (url === undefined) {
    const { play, playIt, cannotPlay } = words.file;
    return <Opener view={view} icon="play" label={play(name)} short={playIt} refused={cannotPlay} onOpen={open} />;
  }
  const refuse = (): void => setView({ kind: 'refused' });
  return kind === 'audio' ? (
    // biome-ignore lint/a11y/useMediaCaption: what people send each other has none
    <audio class="player" src={url} controls={true} autoplay={true} aria-label={name} onError={refuse} />
  ) : (
    // biome-ignore lint/a11y/useMediaCaption: what people send each other has none
    <video class="player" src={url} controls={true} autoplay={true} playsInline aria-label={name} onError={refuse} />
  );
}

export function TextPreview({ file }: { file: FileReference }) {
  const [view, setView] = useState<View<{ text: string; cut: boolean }>>({ kind: 'closed' });
  const name = fileNameText(file.name);
  const open = async (): Promise<void> => {
    setView({ kind: 'loading' });
    const bytes = await file.read().catch(() => undefined);
    const text = bytes && readText(bytes);
    if (bytes === undefined) setView({ kind: 'failed' });
    else setView(text === undefined ? { kind: 'refused' } : { kind: 'shown', shown: text });
  };
  if (view.kind !== 'shown') {
    const { show, showIt, noText } = words.file;
    return <Opener view={view} icon="file" label={show(name)} short={showIt} refused={noText} onOpen={open} />;
  }
  return (
    <figure class="text-file" aria-label={name}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls, by keyboard too */}
      <pre class="code" tabIndex={0} dir="auto">
        {bodyText(view.shown.text)}
      </pre>
      {view.shown.cut && <figcaption class="hint">{words.file.cut}</figcaption>}
      <button type="button" class="link" onClick={() => setView({ kind: 'closed' })}>
        {words.file.hide}
      </button>
    </figure>
  );
}
