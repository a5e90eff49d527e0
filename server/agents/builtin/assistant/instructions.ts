import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** A skill of the project: what it is for is told at once, its text when it is used. */
export type Skill = { name: string; description: string; path: string };

export type ProjectInstructions = {
  /** What the project's own file says to agents; undefined when there is none. */
  root?: { path: string; text: string };
  skills: Skill[];
};

type ReadFile = (relative: string) => Promise<string>;

const mostChars = 24_000;
const mostSkills = 60;
const names = ['AGENTS.md', 'CLAUDE.md'] as const;
const skillsFolder = '.agents/skills';

/** Reads what a project tells agents, through the host, which may keep files closed. What cannot be read is not there. */
export async function readInstructions(root: string, readFile: ReadFile): Promise<ProjectInstructions> {
  const own = await firstOf(names, readFile);
  return { ...(own && { root: own }), skills: await readSkills(root, readFile) };
}

async function firstOf(
  paths: readonly string[],
  readFile: ReadFile,
): Promise<{ path: string; text: string } | undefined> {
  for (const each of paths) {
    const text = await readFile(each).catch(() => undefined);
    if (text !== undefined && text.trim() !== '') return { path: each, text: shortened(text) };
  }
  return undefined;
}

function shortened(text: string): string {
  if (text.length <= mostChars) return text;
  return `${text.slice(0, mostChars).toWellFormed()}\n(The rest of the file is left out here; read it when you need it.)`;
}

async function readSkills(root: string, readFile: ReadFile): Promise<Skill[]> {
  const entries = await readdir(path.join(root, skillsFolder), { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const skills: Skill[] = [];
  for (const folder of folders.toSorted().slice(0, mostSkills)) {
    const file = `${skillsFolder}/${folder}/SKILL.md`;
    const text = await readFile(file).catch(() => undefined);
    if (text !== undefined) skills.push({ ...skillHead(text, folder), path: file });
  }
  return skills;
}

/** Name and description as the front matter says them, else the folder's name and the first line. */
export function skillHead(text: string, folder: string): { name: string; description: string } {
  const matter = /^---\r?\n([^]*?)\r?\n---/.exec(text)?.[1] ?? '';
  const field = (name: string) => {
    const value = new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(matter)?.[1]?.trim();
    return value === undefined ? undefined : value.replace(/^(['"])([^]*)\1$/, '$2');
  };
  const body = text.replace(/^---\r?\n[^]*?\r?\n---/, '');
  const firstLine = body.split('\n').find((line) => line.trim() !== '') ?? '';
  return {
    name: oneLine(field('name') ?? folder, 80),
    description: oneLine(field('description') ?? firstLine.replace(/^#+\s*/, ''), 400),
  };
}

function oneLine(text: string, most: number): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, most).toWellFormed();
}

/**
 * Tells of the instructions of folders, nearest last, the first time that a file below one is touched. The project's own are
 * told from the beginning and not again.
 */
export function nearInstructions(readFile: ReadFile): (touched: string) => Promise<string> {
  const told = new Set<string>(['']);
  return async (touched) => {
    const folders = path.posix.dirname(touched).split('/');
    const texts: string[] = [];
    for (const at of folders.keys()) {
      const folder = folders.slice(0, at + 1).join('/');
      if (folder === '.' || told.has(folder)) continue;
      told.add(folder);
      const found = await firstOf(
        names.map((name) => `${folder}/${name}`),
        readFile,
      );
      if (found) texts.push(`(${found.path} says of files below ${folder}:)\n${found.text}`);
    }
    return texts.join('\n\n');
  };
}
