import type { PolicyJson } from '../../platform/parsers/cedar.ts';

/** A pattern of Cedar's `like`, in pieces of text: between two of them anything may stand. */
export type PathPattern = readonly string[];

/**
 * What policies ask of a path: two paths that pass the same tests get the same answer. `isMore`: they ask something else as well, so that
 * each path has to be asked about.
 */
export type PathTests = { patterns: readonly PathPattern[]; isMore: boolean };

/** What these policies ask of a path, read from Cedar's JSON policy format. */
export function pathTests(policies: readonly PolicyJson[]): PathTests {
  const found: { patterns: PathPattern[]; isMore: boolean } = { patterns: [], isMore: false };
  for (const policy of policies) collect(policy, found);
  return found;
}

type Found = { patterns: PathPattern[]; isMore: boolean };

function collect(node: unknown, found: Found): void {
  if (!isObject(node)) return;
  for (const [name, value] of Object.entries(node)) {
    const patterns = patternsOf(name, value);
    if (patterns) found.patterns.push(...patterns);
    else if (asksOtherwise(name, value)) found.isMore = true;
    else collect(value, found);
  }
}

/** The path itself, or one path by its name, in a way that is not among the known ones. */
const asksOtherwise = (name: string, value: unknown): boolean =>
  (name === 'type' && value === 'Path') ||
  (name === 'attr' && (Array.isArray(value) ? value.includes('path') : value === 'path'));

/** `resource.path like "…"`, `== "…"` and `["…"].contains(resource.path)`; undefined for anything else. */
function patternsOf(name: string, value: unknown): PathPattern[] | undefined {
  if (!isObject(value)) return undefined;
  if (name === 'like' && isPath(value['left'])) return likePattern(value['pattern']);
  if (name === '==' || name === '!=') return texts([comparedTo(value)]);
  if (name !== 'contains' || !isPath(value['right']) || !isObject(value['left'])) return undefined;
  const members: unknown = value['left']['Set'];
  return Array.isArray(members) ? texts(members) : undefined;
}

function comparedTo({ left, right }: Record<string, unknown>): unknown {
  if (isPath(left)) return right;
  return isPath(right) ? left : undefined;
}

function texts(nodes: readonly unknown[]): PathPattern[] | undefined {
  const found = nodes.flatMap((node) => textOf(node) ?? []);
  return found.length === nodes.length ? found.map((text) => [text]) : undefined;
}

function likePattern(elements: unknown): PathPattern[] | undefined {
  if (!Array.isArray(elements)) return undefined;
  const pieces = [''];
  for (const element of elements) {
    if (element === 'Wildcard') pieces.push('');
    else if (isObject(element) && typeof element['Literal'] === 'string')
      pieces[pieces.length - 1] += element['Literal'];
    else return undefined;
  }
  return [pieces];
}

function isPath(node: unknown): boolean {
  const member = isObject(node) ? node['.'] : undefined;
  return isObject(member) && member['attr'] === 'path' && isObject(member['left']) && 'Var' in member['left'];
}

const textOf = (node: unknown): string | undefined =>
  isObject(node) && typeof node['Value'] === 'string' ? node['Value'] : undefined;

const isObject = (node: unknown): node is Record<string, unknown> => typeof node === 'object' && node !== null;

/** Whether a text is as a pattern says; in time that grows with both, whatever the pattern. */
export function isLike(text: string, [first = '', ...others]: PathPattern): boolean {
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
