import { AppError } from './errors.ts';

/** The place of a row in a list that is ordered by time and id, as a text for those who page through it. */
export type TimePlace = { at: Date; id: string };

export function writeTimeCursor({ at, id }: TimePlace): string {
  return `${at.getTime().toString(36)}.${id}`;
}

/** @throws AppError `invalid` for what `writeTimeCursor` did not write */
export function readTimeCursor(cursor: string): TimePlace {
  const [, at, id] = /^([0-9a-z]{1,9})\.([\w-]{1,100})$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined)
    throw new AppError('invalid', 'This cursor is not one of this list. Begin again without a cursor.');
  return { at: new Date(Number.parseInt(at, 36)), id };
}
