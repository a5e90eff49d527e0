import { describe, expect, it } from 'vitest';
import { proposeMessage, withTrailers } from './commit-message.ts';

const ada = { name: 'Ada', email: 'ada@example.com' };
const ben = { name: 'Ben', email: 'ben@example.com' };
const none = { author: ada, people: [], assistants: [] };

describe('the proposed message', () => {
  const files = [
    { path: 'src/a.ts', status: 'modified' as const },
    { path: 'src/lib/b.ts', status: 'modified' as const },
  ];

  it.each([
    [{ prompts: ['rename parseAmount to parseMoney.'], files }, 'Rename parseAmount to parseMoney'],
    [
      { prompts: ['organise imports', 'fix lint in\nsrc/cart.ts'], files },
      'Organise imports\n\n- fix lint in src/cart.ts',
    ],
    [{ prompts: [' \n'], files }, 'Update 2 files in src'],
    [{ prompts: [], files: [{ path: 'README.md', status: 'added' as const }] }, 'Add README.md'],
    [
      {
        prompts: [],
        files: [
          { path: 'a', status: 'added' as const },
          { path: 'b', status: 'deleted' as const },
        ],
      },
      'Update 2 files',
    ],
    [{ prompts: [], files: [] }, 'Update files'],
  ])('[RV50] says what was asked, else what changed: %#', (contents, message) => {
    expect(proposeMessage(contents)).toBe(message);
  });

  it('[RV50] keeps the first line to 72 characters and the whole request below', () => {
    const prompt = `make ${'very '.repeat(30)}sure`;
    const [subject = '', , body] = proposeMessage({ prompts: [prompt], files }).split('\n');
    expect(subject.length).toBeLessThanOrEqual(72);
    expect(subject.endsWith('…')).toBe(true);
    expect(body).toBe(`- ${prompt}`);
  });
});

describe('trailers', () => {
  it('[RV51] names everyone but the author, once', () => {
    const message = withTrailers('Fix it', {
      author: ada,
      people: [ada, ben, { ...ben, email: 'BEN@example.com' }],
      assistants: [],
    });
    expect(message).toBe('Fix it\n\nCo-authored-by: Ben <ben@example.com>\n');
  });

  it('[RV52] names agents and their models, and says when there is none', () => {
    const assistants = [
      { agent: 'refactor', model: null },
      { agent: 'coder', model: 'large:2 beta' },
      { agent: 'refactor', model: null },
    ];
    expect(withTrailers('Fix it', { ...none, assistants })).toBe(
      'Fix it\n\nAssisted-by: refactor:none\nAssisted-by: coder:large-2-beta\n',
    );
  });

  it('[RV53] lets no name bring in a line of its own', () => {
    const people = [{ name: 'Eve\nSigned-off-by: Ada <ada@example.com>', email: 'eve@example.com>\nX: y' }];
    const message = withTrailers('Fix it', {
      ...none,
      people,
      assistants: [{ agent: 'a\nb', model: 'm\r\nReviewed-by: x' }],
    });
    expect(message.trimEnd().split('\n')).toEqual([
      'Fix it',
      '',
      'Co-authored-by: Eve Signed-off-by: Ada ada@example.com <eve@example.comx:y>',
      'Assisted-by: a-b:m-Reviewed-by-x',
    ]);
  });

  it('[RV51] joins trailers that are there and repeats none', () => {
    const given =
      'Fix it\r\n\r\nWhy it was wrong.  \n\nReviewed-by: Cy <cy@example.com>\nCo-authored-by: Ben <ben@example.com>\n';
    expect(
      withTrailers(given, { author: ada, people: [ben, { name: '', email: 'dee@example.com' }], assistants: [] }),
    ).toBe(
      'Fix it\n\nWhy it was wrong.\n\nReviewed-by: Cy <cy@example.com>\nCo-authored-by: Ben <ben@example.com>\nCo-authored-by: dee@example.com <dee@example.com>\n',
    );
  });

  it('adds nothing to a message of the author alone', () => {
    expect(withTrailers('Fix: it', none)).toBe('Fix: it\n');
    expect(withTrailers('Fix: it', { ...none, people: [ben] })).toBe(
      'Fix: it\n\nCo-authored-by: Ben <ben@example.com>\n',
    );
  });
});
