/** A picture, small in its message and large when asked for. Fetched once it is on screen; its place is kept free. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileReference } from '../../runtime/api.ts';
import { fileNameText } from '../display.ts';
import { readPicture } from '../picture.ts';
import { objectUrl } from '../save.ts';
import { words } from '../text/text.ts';
import { type Thumbnail, thumbnail } from '../thumbnail.ts';
import { Icon } from './Icon.tsx';
import { Panel } from './Panel.tsx';

type View = { kind: 'waiting' | 'refused' } | { kind: 'shown'; small: Thumbnail };

const BOX = { width: 384, height: 224 };

export function PicturePreview({ file }: { file: FileReference }) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ kind: 'waiting' });
  const [large, setLarge] = useState(false);
  const name = fileNameText(file.name);
  useEffect(() => {
    let made: Thumbnail | undefined;
    let gone = false;
    const load = async (): Promise<void> => {
      made = await thumbnail(await file.read(), BOX);
      if (!gone) setView(made === undefined ? { kind: 'refused' } : { kind: 'shown', small: made });
      else if (made !== undefined) URL.revokeObjectURL(made.url);
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
      if (made !== undefined) URL.revokeObjectURL(made.url);
    };
  }, []);
  if (view.kind === 'refused') return <p class="hint">{words.file.refused}</p>;
  return (
    <div ref={frame} class="preview">
      {view.kind === 'shown' && (
        <button type="button" aria-label={words.file.enlarge(name)} onClick={() => setLarge(true)}>
          <img
            src={view.small.url}
            width={view.small.width}
            height={view.small.height}
            alt={words.file.picture(name)}
            onError={() => setView({ kind: 'refused' })}
          />
        </button>
      )}
      {large && <Large file={file} name={name} onClose={() => setLarge(false)} />}
    </div>
  );
}

function Large({ file, name, onClose }: { file: FileReference; name: string; onClose: () => void }) {
  const [url, setUrl] = useState<string | undefined>(undefined);
  useEffect(() => {
    let made: string | undefined;
    let gone = false;
    void file.read().then((bytes) => {
      const picture = readPicture(bytes);
      if (picture === undefined || gone) return;
      made = objectUrl(bytes, picture.type);
      setUrl(made);
    }, onClose);
    return () => {
      gone = true;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, []);
  return (
    <Panel label={words.file.picture(name)} kind="centre" onClose={onClose}>
      <div class="large">
        <button type="button" class="quiet square" aria-label={words.file.close} onClick={onClose}>
          <Icon name="close" />
        </button>
        {url === undefined ? (
          <p class="hint">{words.file.loading}</p>
        ) : (
          <img src={url} alt={words.file.picture(name)} />
        )}
      </div>
    </Panel>
  );
}
