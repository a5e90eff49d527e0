import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** For tests: every name below a folder with its kind, mode, time and bytes. Links are not followed. */
export function pictureOf(folder: string, leaveOut: (relative: string) => boolean = () => false): string[] {
  const below = (relative: string): string[] =>
    readdirSync(path.join(folder, relative), { withFileTypes: true })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const name = path.join(relative, entry.name);
        if (leaveOut(name)) return [];
        const line = `${name} ${fileState(path.join(folder, name))}`;
        return entry.isDirectory() ? [line, ...below(name)] : [line];
      });
  return below('');
}

export function fileState(file: string): string {
  const stats = lstatSync(file);
  const mode = stats.mode.toString(8);
  if (stats.isSymbolicLink()) return `${mode} ${readlinkSync(file)}`;
  if (!stats.isFile()) return mode;
  return `${mode} ${stats.mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}
