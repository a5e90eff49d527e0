'use client';

import { memo, type ComponentProps } from 'react';
import { Streamdown } from 'streamdown';
import classes from './markdown.module.css';

type Element<Name extends 'a' | 'pre' | 'code' | 'table' | 'img'> = ComponentProps<Name> & { node?: unknown };

/** Plain elements: our own style sheet dresses them, and nothing is fetched from elsewhere. */
const components = {
  a: ({ node: _node, children, href }: Element<'a'>) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  pre: ({ node: _node, children }: Element<'pre'>) => <pre tabIndex={0}>{children}</pre>,
  code: ({ node: _node, children }: Element<'code'>) => <code>{children}</code>,
  table: ({ node: _node, children }: Element<'table'>) => (
    <div className={classes.table} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  img: ({ node: _node, alt }: Element<'img'>) => <span>[image: {alt ?? 'without a description'}]</span>,
};

/** Markdown of an agent or a person, whole or while it is still being written. */
export const Markdown = memo(function Markdown({ text, isStreaming = false }: { text: string; isStreaming?: boolean }) {
  return (
    <div className={classes.markdown}>
      <Streamdown
        components={components}
        parseIncompleteMarkdown={isStreaming}
        controls={false}
        linkSafety={{ enabled: false }}
      >
        {text}
      </Streamdown>
    </div>
  );
});
