/** Messages of commits made from a session. Rules: docs/spec/review.md, "Commits". */

const subjectLength = 72;

export type Contributor = { name: string; email: string };
/** An agent whose lines are in the commit; `model` null for one that works without a language model. */
export type Assistant = { agent: string; model: string | null };

export type CommitContents = {
  /** What people asked the agents whose lines are in it, oldest first. */
  prompts: readonly string[];
  files: readonly { path: string; status: 'added' | 'modified' | 'deleted' | 'typechange' }[];
};

/** A message to start from: what was asked, else what changed. Without trailers. */
export function proposeMessage({ prompts, files }: CommitContents): string {
  const asked = prompts.map(oneLine).filter((prompt) => prompt !== '');
  const [first, ...others] = asked;
  if (first === undefined) return subjectOfFiles(files);
  const subject = shorten(capitalised(first.replace(/[.!\s]+$/u, '')));
  const whole = subject.endsWith('…') ? [first, ...others] : others;
  return whole.length === 0 ? subject : `${subject}\n\n${whole.map((prompt) => `- ${prompt}`).join('\n')}`;
}

const verbs = { added: 'Add', modified: 'Update', deleted: 'Delete', typechange: 'Update' } as const;

function subjectOfFiles(files: CommitContents['files']): string {
  const [first] = files;
  if (!first) return 'Update files';
  const statuses = new Set(files.map((file) => file.status));
  const verb = statuses.size === 1 ? verbs[first.status] : 'Update';
  if (files.length === 1) return shorten(`${verb} ${first.path}`);
  const folder = commonFolder(files.map((file) => file.path));
  return shorten(`${verb} ${files.length} files${folder === '' ? '' : ` in ${folder}`}`);
}

function commonFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const [first = []] = folders;
  let depth = 0;
  while (depth < first.length && folders.every((folder) => folder[depth] === first[depth])) depth += 1;
  return first.slice(0, depth).join('/');
}

// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const oneLine = (text: string) => text.replace(/[\s\u0000-\u001f\u007f]+/gu, ' ').trim();

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function shorten(text: string): string {
  const points = Array.from(text);
  if (points.length <= subjectLength) return text;
  const cut = points.slice(0, subjectLength - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > subjectLength / 2 ? cut.slice(0, space) : cut}…`;
}

export type Trailers = {
  author: Contributor;
  /** Everyone who typed or prompted; the author among them or not. */
  people: readonly Contributor[];
  assistants: readonly Assistant[];
};

/**
 * The message with a `Co-authored-by` for each person but the author and an `Assisted-by: agent:model` for each agent
 * (`agent:none` when it works without a model). Names cannot bring in lines of their own; what the message has already
 * is not repeated.
 */
export function withTrailers(message: string, { author, people, assistants }: Trailers): string {
  const body = cleaned(message);
  const has = new Set(body.split('\n').map((line) => line.toLowerCase()));
  const seen = new Set([addressOf(author.email)]);
  const lines: string[] = [];
  for (const person of people) {
    const address = addressOf(person.email);
    if (address === '' || seen.has(address)) continue;
    seen.add(address);
    lines.push(`Co-authored-by: ${plainName(person.name) || address} <${address}>`);
  }
  for (const { agent, model } of assistants) lines.push(`Assisted-by: ${word(agent)}:${word(model ?? 'none')}`);
  const missing = [...new Set(lines)].filter((line) => !has.has(line.toLowerCase()));
  if (missing.length === 0) return `${body}\n`;
  return `${body}${endsInTrailers(body) ? '\n' : '\n\n'}${missing.join('\n')}\n`;
}

/** Line feeds only, no control characters, no blank space at the ends. */
function cleaned(message: string): string {
  return (
    message
      .replace(/\r\n?/g, '\n')
      // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
      .replace(/[ \t]+$/gm, '')
      .trim()
  );
}

const addressOf = (email: string) =>
  oneLine(email)
    .replace(/[<>\s]/g, '')
    .toLowerCase();
const plainName = (name: string) => oneLine(name.replace(/[<>]/g, ' '));
const word = (text: string) => oneLine(text).replace(/[\s:<>]+/g, '-') || 'unknown';

function endsInTrailers(body: string): boolean {
  const paragraphs = body.split(/\n{2,}/);
  const last = paragraphs.at(-1) ?? '';
  return paragraphs.length > 1 && last.split('\n').every((line) => /^[A-Za-z][A-Za-z-]*: \S/.test(line));
}
