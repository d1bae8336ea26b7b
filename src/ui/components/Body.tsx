/** A message's text: text and links, nothing else. Long ones are clipped until asked for. */
import { useState } from 'preact/hooks';
import { blocks, clip, segments } from '../clip.ts';
import { bodyText } from '../display.ts';
import { words } from '../words.ts';

export function Body({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const { shown, clipped } = clip(text);
  if (!clipped) {
    return (
      <p class="body" dir="auto">
        <Linked text={bodyText(text)} />
      </p>
    );
  }
  return (
    <>
      {all ? (
        <div class="body" dir="auto">
          {blocks(bodyText(text)).map((block, index) => (
            <div key={index} class="block">
              <Linked text={block} />
            </div>
          ))}
        </div>
      ) : (
        <p class="body clipped" dir="auto">
          <Linked text={bodyText(shown)} />…
        </p>
      )}
      {!all && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {words.messages.showAll(text.length)}
        </button>
      )}
    </>
  );
}

function Linked({ text }: { text: string }) {
  return (
    <>
      {segments(text).map((segment, index) =>
        segment.href === undefined ? (
          segment.text
        ) : (
          <a key={index} href={segment.href} title={segment.href} target="_blank" rel="noopener noreferrer">
            {segment.text}
          </a>
        ),
      )}
    </>
  );
}
