/**
 * The patch format that Codex sends instead of whole files: files to add, delete and update, the latter as places of old and
 * new lines. It is untrusted; what does not read as a patch is said so, never guessed.
 */
export type PatchedFile =
  | { path: string; to: 'add'; text: string }
  | { path: string; to: 'delete' }
  | { path: string; to: 'update'; movedTo?: string; places: readonly PatchPlace[] };

/** Lines as they are and as they become; an empty `before` is an insertion at the end. */
export type PatchPlace = { before: string; after: string };

const header = /^\*\*\* (Add|Delete|Update) File: (.+)$/;

/** @returns undefined when the text is no patch */
export function parsePatch(text: string): PatchedFile[] | undefined {
  const all = text.replaceAll('\r\n', '\n').split('\n');
  const begin = all.findIndex((line) => line.trim() === '*** Begin Patch');
  const end = all.findLastIndex((line) => line.trim() === '*** End Patch');
  if (begin === -1 || end <= begin) return undefined;
  const files: PatchedFile[] = [];
  for (const section of sectionsOf(all.slice(begin + 1, end))) {
    const file = readSection(section);
    if (file === undefined) return undefined;
    files.push(file);
  }
  return files.length === 0 ? undefined : files;
}

function sectionsOf(lines: readonly string[]): string[][] {
  const sections: string[][] = [];
  for (const line of lines) {
    if (header.test(line)) sections.push([line]);
    else if (sections.length > 0) sections.at(-1)?.push(line);
    else if (line.trim() !== '') sections.push([line]);
  }
  return sections;
}

function readSection([first = '', ...body]: readonly string[]): PatchedFile | undefined {
  const [, verb, given = ''] = header.exec(first) ?? [];
  const path = given.trim();
  if (path === '') return undefined;
  if (verb === 'Delete') return { path, to: 'delete' };
  if (verb === 'Add') {
    const text = body.map((line) => (line.startsWith('+') ? `${line.slice(1)}\n` : '')).join('');
    return { path, to: 'add', text };
  }
  const [, movedTo] = /^\*\*\* Move to: (.+)$/.exec(body[0] ?? '') ?? [];
  const places = placesOf(movedTo === undefined ? body : body.slice(1));
  return { path, to: 'update', places, ...(movedTo === undefined ? {} : { movedTo: movedTo.trim() }) };
}

function placesOf(body: readonly string[]): PatchPlace[] {
  const places: { before: string[]; after: string[] }[] = [];
  const place = () => places.at(-1) ?? places[places.push({ before: [], after: [] }) - 1];
  for (const line of body) {
    if (line.startsWith('@@')) places.push({ before: [], after: [] });
    else if (line.startsWith('-')) place()?.before.push(line.slice(1));
    else if (line.startsWith('+')) place()?.after.push(line.slice(1));
    else if (!line.startsWith('***')) {
      const context = line.startsWith(' ') ? line.slice(1) : line;
      place()?.before.push(context);
      place()?.after.push(context);
    }
  }
  return places
    .filter(({ before, after }) => before.join('\n') !== after.join('\n'))
    .map(({ before, after }) => ({ before: before.join('\n'), after: after.join('\n') }));
}
