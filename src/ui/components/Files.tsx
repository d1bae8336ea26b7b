/** The files of a message: shown where that is safe (preview.ts), and each saved under its own name. */
import { useState } from 'preact/hooks';
import type { FileReference } from '../../runtime/api.ts';
import { fileNameText } from '../display.ts';
import { previewKind } from '../preview.ts';
import { save } from '../save.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { MediaPreview, TextPreview } from './MediaPreview.tsx';
import { PdfPreview } from './PdfPreview.tsx';
import { PicturePreview } from './PicturePreview.tsx';

export function Files({ files }: { files: readonly FileReference[] }) {
  return (
    <ul class="files">
      {files.map((file, index) => (
        <li key={index}>
          {previewKind(file) === 'picture' && <PicturePreview file={file} />}
          <Entry file={file} />
          <OnRequest file={file} />
        </li>
      ))}
    </ul>
  );
}

/** What is fetched and shown when somebody asks for it. */
function OnRequest({ file }: { file: FileReference }) {
  const kind = previewKind(file);
  if (kind === 'text') return <TextPreview file={file} />;
  if (kind === 'pdf') return <PdfPreview file={file} />;
  return kind === 'none' || kind === 'picture' ? null : <MediaPreview file={file} kind={kind} />;
}

function Entry({ file }: { file: FileReference }) {
  const [state, setState] = useState<'ready' | 'loading' | 'failed'>('ready');
  const name = fileNameText(file.name);
  const start = async (): Promise<void> => {
    setState('loading');
    setState(await save(file).then(...outcome));
  };
  const note = state === 'loading' ? words.file.loading : words.bytes(file.size);
  return (
    <>
      <button
        type="button"
        class="file"
        aria-label={words.file.save(`${name} ${note}`)}
        aria-busy={state === 'loading'}
        onClick={() => void start()}
      >
        <Icon name={state === 'failed' ? 'warning' : 'file'} />
        <bdi class="file-name">{name}</bdi> <span class="file-size">{note}</span>
        <Icon name="save" />
      </button>
      {state === 'failed' && (
        <p class="file-problem" role="alert">
          {words.file.failed}
        </p>
      )}
    </>
  );
}

const outcome: [() => 'ready', () => 'failed'] = [() => 'ready', () => 'failed'];
