import * as Y from 'yjs';

export type RoomFile = { fileId: string; path: string; text: Y.Text };

/** The newest layout of the document that this page can read (docs/spec/collab.md, CB16). */
const newestLayout = 1;

export function isTooNew(doc: Y.Doc): boolean {
  const layout = doc.getMap('meta').get('layout');
  return typeof layout === 'number' && layout > newestLayout;
}

export function readFiles(doc: Y.Doc): Map<string, RoomFile> {
  const files = new Map<string, RoomFile>();
  for (const [fileId, entry] of doc.getMap('files')) {
    if (!(entry instanceof Y.Map)) continue;
    const path: unknown = entry.get('path');
    const text: unknown = entry.get('text');
    if (typeof path === 'string' && text instanceof Y.Text) files.set(fileId, { fileId, path, text });
  }
  return files;
}

export function sameFiles(a: ReadonlyMap<string, RoomFile>, b: ReadonlyMap<string, RoomFile>): boolean {
  if (a.size !== b.size) return false;
  for (const [fileId, file] of a) {
    const other = b.get(fileId);
    if (other?.path !== file.path || other.text !== file.text) return false;
  }
  return true;
}

/** The ids of the files whose texts a transaction changed. */
export function touchedFiles(transaction: Y.Transaction, files: ReadonlyMap<string, RoomFile>): string[] {
  const changed = new Set<unknown>(transaction.changed.keys());
  return [...files.values()].filter(({ text }) => changed.has(text)).map(({ fileId }) => fileId);
}

export function textsOf(
  files: ReadonlyMap<string, RoomFile>,
  fileIds: Iterable<string>,
): { fileId: string; path: string; text: string }[] {
  return [...fileIds].flatMap((fileId) => {
    const file = files.get(fileId);
    return file ? [{ fileId, path: file.path, text: file.text.toJSON() }] : [];
  });
}
