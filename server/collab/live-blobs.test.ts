import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { liveBlob } from './live-blobs.ts';
import { findText, putFile, removeFile, type RoomFile } from './room-document.ts';

const file: RoomFile = { fileId: 'fil_1', path: 'a.txt', gitMode: '100644', encoding: 'utf-8', eol: 'lf' };
const gitId = (text: string) => execFileSync('git', ['hash-object', '--stdin'], { input: text }).toString().trim();

test('[CB101] the id of a live file is that of its bytes, after whatever changed it', () => {
  const doc = new Y.Doc();
  putFile(doc, file, 'one\ntwo\n');
  expect(liveBlob(doc, file, 40)).toBe(gitId('one\ntwo\n'));
  findText(doc, 'fil_1')?.insert(0, 'zero\n');
  expect(liveBlob(doc, file, 40)).toBe(gitId('zero\none\ntwo\n'));
  expect(liveBlob(doc, { ...file, eol: 'crlf' }, 40)).toBe(gitId('zero\r\none\r\ntwo\r\n'));
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  findText(other, 'fil_1')?.delete(0, 5);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
  expect(liveBlob(doc, file, 40)).toBe(gitId('one\ntwo\n'));
  putFile(doc, file, 'put anew\n');
  expect(liveBlob(doc, file, 40)).toBe(gitId('put anew\n'));
  removeFile(doc, 'fil_1');
  expect(liveBlob(doc, file, 40)).toBe(gitId(''));
});

test('[CB101] a text that did not change is not read again', () => {
  const doc = new Y.Doc();
  putFile(doc, file, 'one\n');
  liveBlob(doc, file, 40);
  const read = vi.spyOn(Y.Text.prototype, 'toJSON');
  liveBlob(doc, file, 40);
  expect(read).not.toHaveBeenCalled();
  read.mockRestore();
});
