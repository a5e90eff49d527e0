import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Markdown, type Marks } from './markdown.tsx';

const marks: Marks = {
  find: (text) =>
    [...text.matchAll(/masked\w+(?:@masked\.example)?/g)].map(({ 0: word, index }) => ({
      start: index,
      end: index + word.length,
    })),
  Mark: ({ text }) => <b data-mask={text}>secret</b>,
};

function html(text: string, props: { isStreaming?: boolean; marks?: Marks } = {}): string {
  return renderToStaticMarkup(
    <MantineProvider>
      <Markdown text={text} {...props} />
    </MantineProvider>,
  );
}

test('[CV50] text of agents is laid out: headings, lists, tables, code', () => {
  const shown = html('# Plan\n\n- one\n- **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nconst a = 1;\n```');
  for (const part of ['<h1', '<li', '<table>', 'const a = 1;', 'aria-label="Code, ts"', 'Copy the code'])
    expect(shown).toContain(part);
});

test.each([
  ['[x](javascript:alert(1))'],
  ['[x](data:text/html,hi)'],
  ['[x](/api/v1/me)'],
  ['[x](//evil.example/a)'],
  ['<a href="vbscript:x">x</a>'],
  ['<iframe src="https://evil.example"></iframe>x'],
  ['<script>alert(1)</script>x'],
  ['<form action="https://evil.example"><button>x</button></form>'],
])('[CV51] %s leads nowhere', (text) => {
  expect(html(text)).not.toMatch(/href=|<iframe|<script|<form|action=/);
});

test('[CV51] a link to another place opens beside, and tells that place nothing', () => {
  const shown = html('[docs](https://example.com/a)');
  expect(shown).toContain('href="https://example.com/a"');
  expect(shown).toContain('rel="noreferrer noopener"');
});

test.each([
  ['![a chart](https://evil.example/x.png)'],
  ['<img src="https://evil.example/x.png" alt="a chart">'],
  ['<picture><source srcset="https://evil.example/x.png"><img alt="a chart"></picture>'],
  ['<video src="https://evil.example/v.mp4"></video>a chart'],
  ['<div style="background:url(https://evil.example/x.png)">a chart</div>'],
])('[CV51] nothing is fetched for %s', (text) => {
  const shown = html(text);
  expect(shown).toContain('a chart');
  expect(shown).not.toMatch(/<img|src=|style="[^"]*url/);
});

test('[CV52] what is not finished yet is shown as what it becomes', () => {
  expect(html('so **bold', { isStreaming: true })).toContain('data-streamdown="strong"');
  expect(html('```js\nlet a', { isStreaming: true })).toContain('aria-label="Code, js"');
});

test('[CV53] masked values are marked in running text, code and addresses', () => {
  const shown = html('key `masked22` and\n\n```\nX=masked33\n```\n\nto masked44@masked.example', { marks });
  for (const mask of ['masked22', 'masked33', 'masked44@masked.example'])
    expect(shown).toContain(`<b data-mask="${mask}">secret</b>`);
  expect(shown).not.toContain('mailto:');
});

test('[CV54] of a very long text the first part is laid out, the rest on demand', () => {
  const shown = html('word '.repeat(40_000));
  expect(shown.length).toBeLessThan(80_000);
  expect(shown).toContain('Show all 196 KB');
});
