import * as Y from 'yjs';
import { toLf } from '../core/file-text.ts';
import { textEdits, type TextEdit } from '../core/text-diff.ts';

/** The client id under which the server writes; refused from everyone else. */
export const serverClientId = 1;

/** The document's layout (CONTRACTS, "The room's document"); raised when a client must know more to read it. */
export const documentLayout = 1;

/** The only roots of the document. */
export const layoutRoots: ReadonlySet<string> = new Set(['files', 'meta']);

/** A file of the room as the server knows it: the authority on everything but the text. */
export type RoomFile = {
  fileId: string;
  path: string;
  gitMode: '100644' | '100755';
  encoding: 'utf-8' | 'utf-8-bom';
  eol: 'lf' | 'crlf';
};

const filesOf = (doc: Y.Doc) => doc.getMap('files');

/** The live text of a file, when the document has it in its proper shape. */
export function findText(doc: Y.Doc, fileId: string): Y.Text | undefined {
  const entry = filesOf(doc).get(fileId);
  const text = entry instanceof Y.Map ? entry.get('text') : undefined;
  // A text of XML is a Y.Text as well.
  return text instanceof Y.Text && !(text instanceof Y.XmlText) ? text : undefined;
}

export function readText(doc: Y.Doc, fileId: string): string {
  return findText(doc, fileId)?.toJSON() ?? '';
}

export function putFile(doc: Y.Doc, file: RoomFile, text: string): void {
  const entry = new Y.Map<unknown>();
  entry.set('path', file.path);
  entry.set('eol', file.eol);
  entry.set('text', new Y.Text(text));
  filesOf(doc).set(file.fileId, entry);
}

export function removeFile(doc: Y.Doc, fileId: string): void {
  filesOf(doc).delete(fileId);
}

export function showPath(doc: Y.Doc, file: RoomFile): void {
  const entry = filesOf(doc).get(file.fileId);
  if (!(entry instanceof Y.Map)) return;
  if (entry.get('path') !== file.path) entry.set('path', file.path);
  if (entry.get('eol') !== file.eol) entry.set('eol', file.eol);
}

/** Turns a text into another by the smallest edits, so that cursors and authorship elsewhere stay. */
export function replaceText(text: Y.Text, next: string): void {
  applyEdits(text, textEdits(text.toJSON(), next));
}

export function insertedBytes(edits: readonly TextEdit[]): number {
  return edits.reduce((sum, edit) => sum + Buffer.byteLength(edit.insert), 0);
}

/** Edits from the end of the text to its beginning. */
export function applyEdits(text: Y.Text | undefined, edits: readonly TextEdit[]): void {
  for (const edit of edits) {
    if (edit.delete > 0) text?.delete(edit.index, edit.delete);
    if (edit.insert !== '') text?.insert(edit.index, edit.insert);
  }
}

/** Every file's text, taken before a change that may damage the layout. */
export function captureTexts(doc: Y.Doc, files: Iterable<RoomFile>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of files) texts.set(file.fileId, readText(doc, file.fileId));
  return texts;
}

/**
 * Puts the layout right after a client wrote more than text: entries the server does not know go, entries that were
 * removed or replaced come back with the text they had, paths and line ends are the server's.
 */
export function restoreLayout(
  doc: Y.Doc,
  files: ReadonlyMap<string, RoomFile>,
  texts: ReadonlyMap<string, string>,
): void {
  const entries = filesOf(doc);
  sweepList(entries);
  for (const fileId of entries.keys()) if (!files.has(fileId)) entries.delete(fileId);
  for (const file of files.values()) {
    const text = findText(doc, file.fileId);
    if (!text) putFile(doc, file, texts.get(file.fileId) ?? '');
    else cleanText(text);
    cleanEntry(entries.get(file.fileId));
    showPath(doc, file);
  }
  setLayout(doc);
}

const entryKeys: ReadonlySet<string> = new Set(['path', 'eol', 'text']);

function cleanEntry(entry: unknown): void {
  if (!(entry instanceof Y.Map)) return;
  sweepList(entry);
  for (const key of entry.keys()) if (!entryKeys.has(key)) entry.delete(key);
}

/** A file's text holds characters with LF line ends and nothing else. */
function cleanText(text: Y.Text): void {
  sweepList(text, ({ content }) => content instanceof Y.ContentString);
  for (const name of Object.keys(text.getAttributes())) text.removeAttribute(name);
  const raw = text.toJSON();
  if (raw.includes('\r')) replaceText(text, toLf(raw));
}

/** Every type of Yjs has a list, also a map, which shows nothing of it. What does not belong there is deleted. */
function sweepList(type: Y.Map<unknown> | Y.Text, belongs: (item: Y.Item) => boolean = () => false): void {
  type.doc?.transact((transaction) => {
    for (let item = type._start; item !== null; item = item.right) {
      if (!item.deleted && !belongs(item)) item.delete(transaction);
    }
  });
}

export function setLayout(doc: Y.Doc): void {
  const meta = doc.getMap('meta');
  sweepList(meta);
  for (const key of meta.keys()) if (key !== 'layout') meta.delete(key);
  if (meta.get('layout') !== documentLayout) meta.set('layout', documentLayout);
}
