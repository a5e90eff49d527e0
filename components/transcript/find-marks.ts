import type { TranscriptScreen } from './transcript-screen.ts';

const names = { all: 'found', now: 'found-now' } as const;

/**
 * Colours what is looked for where it stands on the screen, without touching the page: with the browser's own highlights. One
 * that has none shows the row all the same.
 */
export function watchFindMarks(root: HTMLElement, screen: TranscriptScreen): () => void {
  if (!('highlights' in CSS)) return () => undefined;
  let frame = 0;
  let shown: unknown;
  const draw = () => {
    frame = 0;
    const { find } = screen.getSnapshot();
    const match = find?.matches[find.at];
    const ranges = find && find.words !== '' ? rangesIn(root, find.words.toLowerCase()) : [];
    const own = ranges.filter(({ itemKey }) => itemKey === match?.itemKey);
    const now = own[Math.min(match?.nth ?? 0, own.length - 1)];
    CSS.highlights.set(names.all, new Highlight(...ranges.map(({ range }) => range)));
    CSS.highlights.set(names.now, new Highlight(...(now ? [now.range] : [])));
    if (now && match !== shown) {
      shown = match;
      reveal(root, now.range, screen);
    }
  };
  const soon = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const observer = new MutationObserver(soon);
  observer.observe(root, { childList: true, characterData: true, subtree: true });
  const unsubscribe = screen.subscribe(soon);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    unsubscribe();
    for (const name of Object.values(names)) CSS.highlights.delete(name);
  };
}

type Found = { itemKey: string; range: Range };

function rangesIn(root: HTMLElement, words: string): Found[] {
  return [...root.querySelectorAll<HTMLElement>('[data-item]')].flatMap((item) =>
    rangesOf(item, words).map((range) => ({ itemKey: item.dataset['item'] ?? '', range })),
  );
}

/** Also where a word goes over from one piece of text to the next, as in highlighted or linked parts. */
function rangesOf(item: HTMLElement, words: string): Range[] {
  const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
  const nodes: { node: Text; from: number }[] = [];
  let text = '';
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push({ node, from: text.length });
    text += node.data.toLowerCase();
  }
  const place = (at: number) => {
    const held = nodes.findLast(({ from }) => from <= at);
    return held && { node: held.node, offset: Math.min(at - held.from, held.node.length) };
  };
  const ranges: Range[] = [];
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + words.length)) {
    const [start, end] = [place(at), place(at + words.length - 1)];
    if (!start || !end) continue;
    const range = document.createRange();
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, Math.min(end.offset + 1, end.node.length));
    ranges.push(range);
  }
  return ranges;
}

function reveal(root: HTMLElement, range: Range, screen: TranscriptScreen): void {
  const inner = range.startContainer.parentElement?.closest<HTMLElement>('[data-scrolls]');
  if (inner) inner.scrollTop += middle(range.getBoundingClientRect()) - middle(inner.getBoundingClientRect());
  const at = range.getBoundingClientRect();
  const seen = root.getBoundingClientRect();
  if (at.top < seen.top + 20 || at.bottom > seen.bottom - 20) screen.scrollBy(middle(at) - middle(seen));
}

const middle = ({ top, height }: DOMRect) => top + height / 2;
