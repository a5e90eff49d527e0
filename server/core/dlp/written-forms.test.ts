import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writtenForms } from './written-forms.ts';

test('[DL15] a secret is known in whatever base64, hex, address or JSON it stands', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 }),
      fc.string({ maxLength: 9 }),
      fc.string({ maxLength: 9 }),
      (secret, before, after) => {
        const forms = writtenForms(secret);
        const bytes = Buffer.from(before + secret + after);
        const written = [
          bytes.toString('base64'),
          bytes.toString('base64url'),
          bytes.toString('hex'),
          bytes.toString('hex').toUpperCase(),
          JSON.stringify({ [before]: before + secret + after }),
        ];
        for (const text of written) expect(forms.some((form) => text.includes(form))).toBe(true);
      },
    ),
  );
});

test('[DL15] as addresses write it', () => {
  expect(writtenForms('a/b+c d=é!1')).toContain('a%2Fb%2Bc%20d%3D%C3%A9%211');
});
