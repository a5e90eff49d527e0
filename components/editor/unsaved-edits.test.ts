import { expect, test } from 'vitest';
import { UnsavedEdits } from './unsaved-edits.ts';

test('an edit is unsaved until the message that carried it is stored', () => {
  const edits = new UnsavedEdits();
  edits.connected();
  edits.edited(true);
  edits.edited(true);
  edits.saved(1);
  expect(edits.count).toBe(1);
  edits.saved(2);
  expect(edits.count).toBe(0);
});

test('edits without a connection wait for the next one', () => {
  const edits = new UnsavedEdits();
  edits.connected();
  edits.edited(false);
  edits.edited(false);
  edits.saved(10);
  expect(edits.count).toBe(2);
  edits.connected();
  edits.sentMissing();
  edits.saved(1);
  expect(edits.count).toBe(0);
});

test('an edit that was sent on a lost connection is sent again', () => {
  const edits = new UnsavedEdits();
  edits.connected();
  edits.edited(true);
  edits.connected();
  edits.saved(1);
  expect(edits.count).toBe(1);
  edits.sentMissing();
  edits.edited(true);
  edits.saved(1);
  expect(edits.count).toBe(1);
});
