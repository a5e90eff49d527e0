import { expect, test } from 'vitest';
import { chooseTeam, type TeamChoice } from './choose-team.ts';

const alpha: TeamChoice = { id: 'team_a', slug: 'alpha', name: 'Alpha', role: 'developer' };
const beta: TeamChoice = { id: 'team_b', slug: 'beta', name: 'Beta', role: 'admin' };
const gamma: TeamChoice = { id: 'team_c', slug: 'gamma', name: 'Gamma', role: 'viewer' };

const choose = (teams: TeamChoice[], asked: { wish?: string; boundId?: string } = {}) =>
  chooseTeam(teams, { wish: asked.wish, boundId: asked.boundId ?? null });

test.each([
  ['the only team', [alpha], {}, alpha],
  ['the only one in which calls are allowed', [alpha, gamma], {}, alpha],
  ['the named one, by slug', [alpha, beta], { wish: 'beta' }, beta],
  ['the named one, by id', [alpha, beta], { wish: 'team_a' }, alpha],
  ['the one the token is bound to', [alpha, beta], { boundId: 'team_b' }, beta],
  ['the bound one, named as well', [alpha, beta], { boundId: 'team_b', wish: 'beta' }, beta],
] as const)('[GW92] a call is made in %s', (_, teams, asked, expected) => {
  expect(choose([...teams], asked)).toBe(expected);
});

test.each([
  ['several teams and none named', [alpha, beta], {}, /name one of alpha, beta in the header x-ensemble-team/],
  ['a team of which one is no member', [alpha, beta], { wish: 'delta' }, /no team delta.*alpha, beta/],
  ['a viewer’s team', [gamma], {}, /role in the team gamma is viewer.*developer/],
  ['a viewer’s team, named', [alpha, gamma], { wish: 'gamma' }, /role in the team gamma is viewer/],
  ['no team', [], {}, /no team/],
  ['a binding to a team that was left', [alpha], { boundId: 'team_b' }, /not in the team that this token is bound to/],
  ['a binding to another team', [alpha, beta], { boundId: 'team_b', wish: 'alpha' }, /bound to the team beta/],
  ['a binding where one is a viewer now', [gamma], { boundId: 'team_c' }, /gamma is viewer/],
] as const)('[GW92] %s: the call is refused with what to do', (_, teams, asked, words) => {
  expect(() => choose([...teams], asked)).toThrow(
    expect.objectContaining({ code: 'forbidden', message: expect.stringMatching(words) }),
  );
});
