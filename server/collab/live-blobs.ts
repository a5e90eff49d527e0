import { createHash } from 'node:crypto';
import type * as Y from 'yjs';
import { writeFileText } from '../core/file-text.ts';
import { readText, type RoomFile } from './room-document.ts';

/** The git ids of a document's texts, by file; a change of a text takes its id out. */
const known = new WeakMap<Y.Doc, Map<string, string>>();

/**
 * The id that git gives a live file's bytes. While a command runs the state of a room is asked for several times a second,
 * so a text that did not change is neither written out nor hashed again.
 */
export function liveBlob(doc: Y.Doc, file: RoomFile, hexLength: number): string {
  const ids = known.get(doc) ?? watchTexts(doc);
  const key = `${file.encoding} ${file.eol} ${hexLength}`;
  const kept = ids.get(file.fileId);
  if (kept?.startsWith(`${key} `)) return kept.slice(key.length + 1);
  const id = blobId(writeFileText(readText(doc, file.fileId), file), hexLength);
  ids.set(file.fileId, `${key} ${id}`);
  return id;
}

function watchTexts(doc: Y.Doc): Map<string, string> {
  const ids = new Map<string, string>();
  known.set(doc, ids);
  doc.getMap('files').observeDeep((events) => {
    for (const event of events) {
      const [fileId] = event.path;
      if (fileId !== undefined) ids.delete(String(fileId));
      else for (const changed of event.changes.keys.keys()) ids.delete(changed);
    }
  });
  return ids;
}

/** The id git gives these bytes, in the repository's own hash. */
export function blobId(bytes: Uint8Array, hexLength: number): string {
  const hash = createHash(hexLength === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}
