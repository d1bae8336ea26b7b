/** The files of a message: pictures previewed from their content alone, everything saved under its own name. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileReference } from '../../runtime/api.ts';
import { fileNameText } from '../display.ts';
import { mayPreview, type Picture, readPicture } from '../picture.ts';
import { objectUrl, save } from '../save.ts';
import { words } from '../words.ts';
import { Icon } from './Icon.tsx';

export function Files({ files }: { files: readonly FileReference[] }) {
  return (
    <ul class="files">
      {files.map((file, index) => (
        <li key={index}>
          {mayPreview(file) && <Preview file={file} />}
          <Entry file={file} />
        </li>
      ))}
    </ul>
  );
}

function Entry({ file }: { file: FileReference }) {
  const [state, setState] = useState<'ready' | 'loading' | 'failed'>('ready');
  const name = fileNameText(file.name);
  const start = async (): Promise<void> => {
    setState('loading');
    setState(await save(file).then(...outcome));
  };
  return (
    <button
      type="button"
      class="file"
      aria-label={words.file.save(name)}
      aria-busy={state === 'loading'}
      onClick={() => void start()}
    >
      <Icon name={state === 'failed' ? 'warning' : 'file'} />
      <bdi class="file-name">{name}</bdi>
      <span class="file-size">{state === 'loading' ? words.file.loading : words.bytes(file.size)}</span>
      <Icon name="save" />
      {state === 'failed' && (
        <span class="file-problem" role="alert">
          {words.file.failed}
        </span>
      )}
    </button>
  );
}

const outcome: [() => 'ready', () => 'failed'] = [() => 'ready', () => 'failed'];

type View = { kind: 'waiting' } | { kind: 'shown'; url: string; picture: Picture } | { kind: 'refused' };

/** Fetched once it is on screen; its place is kept free, so that nothing jumps. */
function Preview({ file }: { file: FileReference }) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ kind: 'waiting' });
  useEffect(() => {
    let url: string | undefined;
    let gone = false;
    const load = async (): Promise<void> => {
      const bytes = await file.read();
      const picture = readPicture(bytes);
      if (gone) return;
      if (picture === undefined) return setView({ kind: 'refused' });
      url = objectUrl(bytes, picture.type);
      setView({ kind: 'shown', url, picture });
    };
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      load().catch(() => gone || setView({ kind: 'refused' }));
    });
    if (frame.current !== null) observer.observe(frame.current);
    return () => {
      gone = true;
      observer.disconnect();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, []);
  if (view.kind === 'refused') return <p class="hint">{words.file.refused}</p>;
  return (
    <div ref={frame} class="preview">
      {view.kind === 'shown' && (
        <img
          src={view.url}
          alt={words.file.picture(fileNameText(file.name))}
          onError={() => setView({ kind: 'refused' })}
        />
      )}
    </div>
  );
}
