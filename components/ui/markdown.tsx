'use client';

import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { memo, useMemo, useState, type ComponentProps, type ComponentType } from 'react';
import { defaultRehypePlugins, Streamdown } from 'streamdown';
import { markPlaces, markTag, type FindPlaces } from './mark-places.ts';
import classes from './markdown.module.css';

type HtmlNode = {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: HtmlNode[];
};
type Element<Name extends 'a' | 'pre' | 'code' | 'table' | 'img'> = ComponentProps<Name> & { node?: unknown };

/** Places of a text that are shown in a way of their own, such as masked values. Stays the same object. */
export type Marks = { find: FindPlaces; Mark: ComponentType<{ text: string }> };

/** More than this is laid out on demand only: a page with a very long text would stand still. */
const mostChars = 60_000;

/** Plain elements: our own style sheet dresses them, and nothing is fetched from elsewhere. */
const components = {
  a: ({ node: _node, children, href }: Element<'a'>) =>
    isSafe(href) ? (
      <a href={href} target="_blank" rel="noreferrer noopener" title={href}>
        {children}
      </a>
    ) : (
      <span title={href}>{children}</span>
    ),
  pre: ({ node, children }: Element<'pre'>) => <CodeBlock node={node as HtmlNode | undefined}>{children}</CodeBlock>,
  code: ({ node: _node, children }: Element<'code'>) => <code>{children}</code>,
  table: ({ node: _node, children }: Element<'table'>) => (
    <div className={classes.table} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  img: ({ node: _node, alt }: Element<'img'>) => <span>[image: {alt ?? 'without a description'}]</span>,
};

/** Addresses of other places, named in full: a link of an agent never leads to a page of ours, and never runs anything. */
const isSafe = (href: string | undefined) => href !== undefined && /^(?:https?:\/\/|mailto:)/i.test(href);

function CodeBlock({ node, children }: { node: HtmlNode | undefined; children: React.ReactNode }) {
  const code = node?.children?.find(({ tagName }) => tagName === 'code');
  const given = code?.properties?.['className'];
  const named = Array.isArray(given) ? given.join(' ') : '';
  const language = /language-([\w+#.-]+)/.exec(named)?.[1] ?? 'text';
  const text = textIn(code).replace(/\n$/, '');
  return (
    <figure className={classes.code}>
      <figcaption className={classes.codeHead}>
        {language}
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy the code'}>
              <ActionIcon size={20} onClick={copy} aria-label={copied ? 'Code copied' : 'Copy the code'}>
                {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </figcaption>
      {/* Wide lines scroll, also by keys. */}
      <pre tabIndex={0} aria-label={`Code, ${language}`}>
        {children}
      </pre>
    </figure>
  );
}

const textIn = (node: HtmlNode | undefined): string => node?.value ?? (node?.children ?? []).map(textIn).join('');

function usePlugins(marks: Marks | undefined) {
  return useMemo(() => {
    if (!marks) return {};
    const { Mark } = marks;
    const marked = ({ node }: { node?: unknown }) => <Mark text={textIn(node as HtmlNode | undefined)} />;
    return {
      components: { ...components, [markTag]: marked },
      rehypePlugins: [...Object.values(defaultRehypePlugins), [markPlaces, { find: marks.find }] as never],
    };
  }, [marks]);
}

/** Markdown of an agent or a person, whole or while it is still being written. */
export const Markdown = memo(function Markdown({
  text,
  isStreaming = false,
  marks,
}: {
  text: string;
  isStreaming?: boolean;
  marks?: Marks;
}) {
  const plugins = usePlugins(marks);
  const [whole, setWhole] = useState(false);
  const isCut = !whole && text.length > mostChars;
  return (
    <div className={classes.markdown}>
      <Streamdown
        components={components}
        parseIncompleteMarkdown={isStreaming || isCut}
        controls={false}
        linkSafety={{ enabled: false }}
        {...plugins}
      >
        {isCut ? text.slice(0, mostChars).toWellFormed() : text}
      </Streamdown>
      {isCut && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
          Show all {Math.ceil(text.length / 1024)} KB
        </Button>
      )}
    </div>
  );
});
