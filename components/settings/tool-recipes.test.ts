import { expect, test } from 'vitest';
import { recipesFor, type Connection } from './tool-recipes.ts';

const connection: Connection = {
  url: 'https://ensemble.example.com',
  token: 'ens_secret',
  model: 'large/v1',
  headers: {},
};
const texts = (over: Partial<Connection> = {}) =>
  recipesFor({ ...connection, ...over }).map(
    ({ title, steps }) => [title, steps.map(({ text }) => text).join('\n')] as const,
  );

test('[GW107] each recipe names the address, the token and the model', () => {
  for (const [title, text] of texts()) {
    expect(text, title).toMatch(/https:\/\/ensemble\.example\.com\/gateway\/(anthropic|openai\/v1|gemini)/);
    expect(text, title).toContain('ens_secret');
    expect(text, title).toContain('large/v1');
    expect(text, title).not.toContain('x-ensemble-team');
  }
});

test('[GW107] who has several teams is told to name one, wherever a tool can', () => {
  const withTeam = texts({ headers: { 'x-ensemble-team': 'cave' } });
  const without = withTeam.filter(([, text]) => !/x-ensemble-team.{1,6}cave/.test(text)).map(([title]) => title);
  expect(without).toEqual(['Cursor and similar editors']);
});

test('before there is a token or a model, their places are marked', () => {
  for (const [title, text] of texts({ token: undefined, model: undefined })) {
    expect(text, title).toContain('YOUR_TOKEN');
    expect(text, title).toContain('MODEL');
  }
});

test('configuration files are what their tools can parse', () => {
  const [file] =
    recipesFor({ ...connection, headers: { 'x-ensemble-team': 'cave' } }).find(({ title }) => title === 'OpenCode')
      ?.steps ?? [];
  expect(JSON.parse(file?.text ?? '')).toMatchObject({
    model: 'ensemble/large/v1',
    provider: {
      ensemble: {
        options: { baseURL: 'https://ensemble.example.com/gateway/openai/v1', headers: { 'x-ensemble-team': 'cave' } },
        models: { 'large/v1': {} },
      },
    },
  });
});

test('nothing that is put in can end the quotes around it', () => {
  const odd = texts({ url: "https://a.example/it's", model: 'a"b' });
  for (const [title, text] of odd) expect(text, title).not.toMatch(/'https:\/\/a\.example\/it's/);
});
