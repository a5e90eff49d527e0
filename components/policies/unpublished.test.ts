import { expect, it } from 'vitest';
import { findUnpublished, forgetUnpublished, keepUnpublished } from './unpublished.ts';

it('keeps what is written for a team apart from what is written for the installation, until it is published', () => {
  keepUnpublished('team_1', { text: 'one', basedOn: 3 });
  keepUnpublished(null, { text: 'all', basedOn: 0 });
  expect(findUnpublished('team_1')).toEqual({ text: 'one', basedOn: 3 });
  expect(findUnpublished(null)).toEqual({ text: 'all', basedOn: 0 });
  expect(findUnpublished('team_2')).toBeUndefined();
  forgetUnpublished('team_1');
  expect(findUnpublished('team_1')).toBeUndefined();
  expect(findUnpublished(null)?.text).toBe('all');
  forgetUnpublished(null);
});
