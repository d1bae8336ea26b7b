/** A PDF over the page: its pages as pictures that come as one scrolls, each with its text for those who listen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileReference } from '../../runtime/api.ts';
import { bodyText, fileNameText } from '../display.ts';
import type { Pdf } from '../pdf.ts';
import { save } from '../save.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Opener, type View } from './Opener.tsx';
import { Panel } from './Panel.tsx';

export function PdfPreview({ file }: { file: FileReference }) {
  const [view, setView] = useState<View<Pdf>>({ kind: 'closed' });
  const name = fileNameText(file.name);
  const shown = view.kind === 'shown' ? view.shown : undefined;
  useEffect(() => () => shown?.close(), [shown]);
  const open = async (): Promise<void> => {
    setView({ kind: 'loading' });
    try {
      const [bytes, { openPdf }] = await Promise.all([file.read(), import('../pdf.ts')]);
      const pdf = await openPdf(bytes);
      setView(pdf === undefined ? { kind: 'refused' } : { kind: 'shown', shown: pdf });
    } catch {
      setView({ kind: 'failed' });
    }
  };
  const { show, showIt, noPdf } = words.file;
  return (
    <>
      <Opener view={view} icon="file" label={show(name)} short={showIt} refused={noPdf} onOpen={open} />
      {shown !== undefined && (
        <Panel label={name} kind="centre" onClose={() => setView({ kind: 'closed' })}>
          <Pages pdf={shown} name={name} file={file} onClose={() => setView({ kind: 'closed' })} />
        </Panel>
      )}
    </>
  );
}

interface PagesProps {
  pdf: Pdf;
  name: string;
  file: FileReference;
  onClose: () => void;
}

function Pages({ pdf, name, file, onClose }: PagesProps) {
  const scroller = useRef<HTMLElement>(null);
  return (
    <div class="pdf">
      <header>
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <button type="button" class="quiet square" aria-label={words.file.save(name)} onClick={() => void save(file)}>
          <Icon name="save" />
        </button>
        <button type="button" class="quiet square" aria-label={words.file.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the pages scroll, by keyboard too */}
      {/* biome-ignore lint/a11y/noAutofocus: a dialog puts the focus somewhere, and this is what it is for */}
      <section ref={scroller} class="pdf-pages" tabIndex={0} autoFocus={true} aria-label={name}>
        {Array.from({ length: pdf.pages }, (_, index) => (
          <Page key={index} pdf={pdf} number={index + 1} scroller={scroller} />
        ))}
        {pdf.cut && <p class="hint">{words.file.morePages(pdf.pages)}</p>}
      </section>
    </div>
  );
}

/** Drawn while it is near what is in view; let go of when it is far away. */
function Page({ pdf, number, scroller }: { pdf: Pdf; number: number; scroller: { current: HTMLElement | null } }) {
  const frame = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  const [text, setText] = useState<string | undefined>(undefined);
  const [state, setState] = useState<'waiting' | 'drawn' | 'failed'>('waiting');
  const canvas = useRef<HTMLCanvasElement>(null);
  const label = words.file.page(number, pdf.pages);
  useEffect(() => {
    const watch = ([entry]: IntersectionObserverEntry[]): void => setNear(entry?.isIntersecting ?? false);
    const observer = new IntersectionObserver(watch, { root: scroller.current, rootMargin: '100% 0px' });
    if (frame.current !== null) observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current;
    if (!near || element === null) return;
    let gone = false;
    const settle = (now: 'drawn' | 'failed'): void => void (gone || setState(now));
    pdf.draw(number, element, element.clientWidth).then(
      () => settle('drawn'),
      () => settle('failed'),
    );
    if (text === undefined) pdf.text(number).then(setText, () => undefined);
    return () => {
      gone = true;
      element.width = 0;
      setState('waiting');
    };
  }, [near]);
  return (
    <figure ref={frame} aria-label={label} aria-busy={state === 'waiting'}>
      {/* The room that it will need, so that nothing jumps: an SVG has a ratio without a style attribute. */}
      {state !== 'drawn' && <svg aria-hidden="true" viewBox={`0 0 100 ${100 * pdf.ratio}`} />}
      {near && <canvas ref={canvas} class={`pdf-${state}`} role="img" aria-label={label} />}
      {state === 'failed' && <p class="hint">{words.file.noPage}</p>}
      {text !== undefined && <p class="unseen">{bodyText(text)}</p>}
    </figure>
  );
}
