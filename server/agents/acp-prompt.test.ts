import { expect, test } from 'vitest';
import { contentBlocks } from './acp-prompt.ts';
import type { PromptPart } from './prompt-parts.ts';

const parts: PromptPart[] = [
  { type: 'file', path: 'src/a b#.ts' },
  { type: 'text', text: 'src/a.ts, lines 1 to 2' },
  { type: 'image', name: 'screen.png', mimeType: 'image/png', content: Uint8Array.of(1, 2, 3) },
];

test('[CV31] files go as links into the agent\u2019s folder, quoted places as text, images as images', () => {
  expect(contentBlocks('Fix', { parts, takesImages: true })).toEqual([
    { type: 'text', text: 'Fix' },
    { type: 'resource_link', uri: 'file:///work/src/a%20b%23.ts', name: 'src/a b#.ts' },
    { type: 'text', text: 'src/a.ts, lines 1 to 2' },
    { type: 'image', mimeType: 'image/png', data: 'AQID' },
  ]);
});

test('[CV32] an agent that takes no images after all is told that one was left out', () => {
  const [, , , image] = contentBlocks('Fix', { parts, takesImages: false });
  expect(image).toEqual({ type: 'text', text: 'The image screen.png was left out: this agent takes no images.' });
});
