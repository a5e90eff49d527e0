/**
 * Which files a text came from: paths that a tool was asked for, and files that stand in a text between marks.
 */

/** Arguments by which tools name files. */
const pathNames = new Set(
  'path paths file files file_path file_paths filePath filename target_file notebook_path absolute_path relative_path old_path uri'.split(
    ' ',
  ),
);

const longestPath = 1_000;

/** The paths in a tool's arguments: what its path arguments say, and the words of a command. */
export function pathsInArguments(json: string): string[] {
  const paths: string[] = [];
  collect(parsed(json), '', paths);
  return paths;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function collect(value: unknown, name: string, paths: string[]): void {
  if (typeof value === 'string') {
    if (pathNames.has(name)) paths.push(value.slice(0, longestPath).replace(/^file:\/\//, ''));
    else if (commandNames.has(name)) paths.push(...wordsOf(value));
  } else if (Array.isArray(value)) for (const each of value) collect(each, name, paths);
  else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) collect(each, key, paths);
}

const commandNames = new Set(['command', 'cmd', 'script', '']);

/** The words of a command that may be paths, without quotes. */
function wordsOf(command: string): string[] {
  return command
    .slice(0, 20_000)
    .split(/[\s;|&<>()'"`=]+/)
    .filter((word) => /^[\w./~@+:,%-]{2,300}$/.test(word) && !word.startsWith('-'));
}

/** A file within a text: its path, and where what is in it starts and ends. */
export type FileInText = { path: string; start: number; end: number };

const opening =
  /<(file|document|file_content|file_contents|attached_file|attachment|source)\b[^>\n]{0,40}?\b(?:path|name|filename|source)="([^"\n]{1,500})"[^>\n]{0,100}>/g;

/** Files that clients put into a text, between marks that name their path. */
export function filesInText(text: string): FileInText[] {
  const files: FileInText[] = [];
  let from = 0;
  opening.lastIndex = 0;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const [whole, tag = '', path = ''] = found;
    const start = found.index + whole.length;
    if (start < from) continue;
    const end = text.indexOf(`</${tag}>`, start);
    from = end < 0 ? text.length : end;
    files.push({ path, start, end: from });
    opening.lastIndex = from;
  }
  return files;
}

/** What stands where a file was. */
export const keptOut = (rule: string) => `[This file is kept out by the rule "${rule}" of data protection.]`;
