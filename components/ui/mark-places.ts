/** What is replaced in a text of Markdown: places of it, from `start` to `end`. */
export type FindPlaces = (text: string) => readonly { start: number; end: number }[];

/** The parts of a tree of HTML (hast) that matter here. */
type Node = { type: string; tagName?: string; value?: string; properties?: Record<string, unknown>; children?: Node[] };

export const markTag = 'marked-place';

/**
 * Puts an element of its own around each place that `find` names, in running text and in code. A link that holds one is none any
 * more: what stands there can be a button.
 */
export function markPlaces({ find }: { find: FindPlaces }) {
  return (tree: Node): void => void markChildren(tree, find);
}

/** @returns whether a place was found below */
function markChildren(node: Node, find: FindPlaces): boolean {
  let found = false;
  node.children = (node.children ?? []).flatMap((child) => {
    if (child.type === 'text') {
      const parts = split(child.value ?? '', find);
      found ||= parts.length > 1 || parts[0]?.type === 'element';
      return parts;
    }
    if (!markChildren(child, find)) return [child];
    found = true;
    return child.tagName === 'a' ? (child.children ?? []) : [child];
  });
  return found;
}

function split(value: string, find: FindPlaces): Node[] {
  const nodes: Node[] = [];
  let done = 0;
  const text = (to: number) => {
    if (to > done) nodes.push({ type: 'text', value: value.slice(done, to) });
  };
  for (const { start, end } of find(value)) {
    text(start);
    const children = [{ type: 'text', value: value.slice(start, end) }];
    nodes.push({ type: 'element', tagName: markTag, properties: {}, children });
    done = end;
  }
  text(value.length);
  return nodes;
}
