/** A message's text with the few marks of markdown.ts, as elements and text nodes. Long ones are clipped until asked for. */
import { useMemo, useState } from 'preact/hooks';
import { blocks, clip, segments } from '../clip.ts';
import { bodyText } from '../display.ts';
import { type Block, type Inline, type NameAt, parseMarkdown } from '../markdown.ts';
import { words } from '../text/text.ts';

interface Props {
  text: string;
  nameAt: NameAt;
  /** Whether a mention, @ included, calls the reader. */
  isMe: (mention: string) => boolean;
  /** It is about to grow. */
  onAll: () => void;
}

export function Body({ text, nameAt, isMe, onAll }: Props) {
  const [all, setAll] = useState(false);
  const { shown, clipped } = useMemo(() => clip(text), [text]);
  const parsed = useMemo(() => parseMarkdown(bodyText(shown), nameAt), [shown, nameAt]);
  if (all) return <Whole text={text} />;
  const showAll = (): void => {
    onAll();
    setAll(true);
  };
  return (
    <>
      <div class={clipped ? 'body clipped' : 'body'} dir="auto">
        {parsed.map((block, index) => (
          <BlockView key={index} block={block} isMe={isMe} />
        ))}
        {clipped && '…'}
      </div>
      {clipped && (
        <button type="button" class="link" onClick={showAll}>
          {words.messages.showAll(text.length)}
        </button>
      )}
    </>
  );
}

/** A very long text is laid out in blocks that the browser may skip, with addresses but without marks. */
function Whole({ text }: { text: string }) {
  return (
    <div class="body whole" dir="auto">
      {blocks(bodyText(text)).map((block, index) => (
        <div key={index} class="block">
          {segments(block).map((segment, at) =>
            segment.href === undefined ? segment.text : <Address key={at} href={segment.href} text={segment.text} />,
          )}
        </div>
      ))}
    </div>
  );
}

function BlockView({ block, isMe }: { block: Block; isMe: Props['isMe'] }) {
  switch (block.kind) {
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line of code scrolls, by keyboard too
        <pre class="code" tabIndex={0} dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote dir="auto">
          <InlineView nodes={block.children} isMe={isMe} />
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((nodes, index) => (
        <li key={index} dir="auto">
          <InlineView nodes={nodes} isMe={isMe} />
        </li>
      ));
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    default:
      return (
        <p dir="auto">
          <InlineView nodes={block.children} isMe={isMe} />
        </p>
      );
  }
}

function InlineView({ nodes, isMe }: { nodes: readonly Inline[]; isMe: Props['isMe'] }) {
  return (
    <>
      {nodes.map((node, index) => {
        if (node.kind === 'text') return node.text;
        if (node.kind === 'code') return <code key={index}>{node.text}</code>;
        if (node.kind === 'link') return <Address key={index} href={node.href} text={node.text} />;
        if (node.kind === 'mention') {
          return (
            <bdi key={index} class={isMe(node.text) ? 'mention mention-me' : 'mention'}>
              {node.text}
            </bdi>
          );
        }
        const children = <InlineView nodes={node.children} isMe={isMe} />;
        if (node.kind === 'strong') return <strong key={index}>{children}</strong>;
        return node.kind === 'em' ? <em key={index}>{children}</em> : <s key={index}>{children}</s>;
      })}
    </>
  );
}

const Address = ({ href, text }: { href: string; text: string }) => (
  <a href={href} title={href} target="_blank" rel="noopener noreferrer">
    {text}
  </a>
);
