import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, report, repository, type Findings } from './tree.ts';

const npmBuiltIns = new Set(['install', 'ci', 'run', 'config', 'rebuild', 'exec', 'audit', 'outdated']);
const fence = /^```[\s\S]*?^```/gm;
const span = /`([^`\n]+)`/g;
const link = /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g;

function documents(root: string): string[] {
  const top = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].filter((file) => existsSync(path.join(root, file)));
  return [...top, ...filesBelow(root, ['docs'], /\.md$/)];
}

/** `a/{b,c}.ts` → `a/b.ts`, `a/c.ts`. */
function expandBraces(text: string): string[] {
  const group = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(text);
  if (group === null) return [text];
  const [, before = '', choices = '', after = ''] = group;
  return choices.split(',').flatMap((choice) => expandBraces(`${before}${choice.trim()}${after}`));
}

/** Code spans that name something in this repository: a path whose first part is one of its folders, without a placeholder. */
function pathsNamedIn(text: string, folders: ReadonlySet<string>): string[] {
  const spans = [...text.replaceAll(fence, '').matchAll(span)].flatMap((match) => expandBraces(match[1] ?? ''));
  return spans
    .map((each) => each.replace(/:\d+$/, ''))
    .filter(
      (each) =>
        /^[\w.@[\]()-]+(?:\/[\w.@[\]()-]*)+$/.test(each) &&
        !each.includes('...') &&
        folders.has(each.split('/')[0] ?? ''),
    );
}

/** `npm run x` anywhere, `npm x` in code. */
function commandsNamedIn(text: string): string[] {
  const run = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)];
  const short = [...text.matchAll(/(?:^\s*(?:\$ )?|`)npm ([a-z][\w:-]*)/gm)];
  return [...run, ...short].map((match) => match[1] ?? '').filter((name) => !npmBuiltIns.has(name));
}

type Known = { root: string; scripts: ReadonlySet<string>; folders: ReadonlySet<string> };

function findingsOf(file: string, { root, scripts, folders }: Known): Findings {
  const text = readFileSync(path.join(root, file), 'utf8');
  const isThere = (...parts: string[]) => existsSync(path.join(root, ...parts));
  const links = [...text.replaceAll(fence, '').matchAll(link)].map((match) => match[1] ?? '');
  return [
    ...pathsNamedIn(text, folders)
      .filter((each) => !isThere(each) && !isThere(`${each}.ts`))
      .map((each) => `${file}: names ${each}, which does not exist`),
    ...links
      .filter((to) => !isThere(path.dirname(file), to))
      .map((to) => `${file}: links to ${to}, which does not exist`),
    ...commandsNamedIn(text)
      .filter((name) => !scripts.has(name))
      .map((name) => `${file}: names npm ${name}, which package.json does not have`),
  ];
}

const notOurs = new Set(['node_modules', '.next', '.data', '.cache', '.git', 'test-results']);

/** Paths, links and npm commands that the documentation names and the repository does not have. */
export function docsFindings(root: string): { documents: number; findings: Findings } {
  const { scripts = {} }: { scripts?: Record<string, string> } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const entries = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !notOurs.has(entry.name),
  );
  const known = { root, scripts: new Set(Object.keys(scripts)), folders: new Set(entries.map((entry) => entry.name)) };
  const files = documents(root);
  return { documents: files.length, findings: files.flatMap((file) => findingsOf(file, known)) };
}

if (import.meta.main) {
  const { documents: count, findings } = docsFindings(repository);
  report(`${count} documents name only what exists`, findings);
}
