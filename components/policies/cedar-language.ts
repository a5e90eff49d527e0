import * as monaco from 'monaco-editor';

/** Cedar in the editor: colours, comments and brackets. What is right and wrong the server says. */

export const cedarLanguage = 'cedar';

const isKnown = () => monaco.languages.getLanguages().some(({ id }) => id === cedarLanguage);

/** Makes the language known, once. */
export function registerCedar(): void {
  if (isKnown()) return;
  monaco.languages.register({ id: cedarLanguage, extensions: ['.cedar'] });
  monaco.languages.setLanguageConfiguration(cedarLanguage, {
    comments: { lineComment: '//' },
    brackets: [
      ['{', '}'],
      ['[', ']'],
      ['(', ')'],
    ],
    autoClosingPairs: [
      { open: '{', close: '}' },
      { open: '[', close: ']' },
      { open: '(', close: ')' },
      { open: '"', close: '"', notIn: ['string', 'comment'] },
    ],
  });
  monaco.languages.setMonarchTokensProvider(cedarLanguage, {
    keywords: ['permit', 'forbid', 'when', 'unless', 'if', 'then', 'else', 'in', 'is', 'has', 'like', 'true', 'false'],
    variables: ['principal', 'action', 'resource', 'context'],
    tokenizer: {
      root: [
        [/\/\/.*$/, 'comment'],
        [/@[A-Za-z_]\w*/, 'annotation'],
        [/[A-Z]\w*(?=::)/, 'type'],
        [/[A-Za-z_]\w*/, { cases: { '@keywords': 'keyword', '@variables': 'variable', '@default': 'identifier' } }],
        [/-?\d+/, 'number'],
        [/"/, { token: 'string.quote', next: '@string' }],
        [/[{}()[\]]/, '@brackets'],
        [/==|!=|<=|>=|&&|\|\||[<>!+*-]/, 'operator'],
      ],
      string: [
        [/[^\\"]+/, 'string'],
        [/\\./, 'string.escape'],
        [/"/, { token: 'string.quote', next: '@pop' }],
      ],
    },
  });
}
