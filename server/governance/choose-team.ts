import { AppError } from '../core/errors.ts';
import { mayInTeam, type TeamRole } from '../core/permissions.ts';

export type TeamChoice = { id: string; slug: string; name: string; role: TeamRole };

/**
 * The team in whose name a person calls models: the one they name or the token is bound to, else the only one in which
 * they may.
 * @throws AppError `forbidden`, saying what to do
 */
export function chooseTeam(
  teams: readonly TeamChoice[],
  { wish, boundId }: { wish: string | undefined; boundId: string | null },
): TeamChoice {
  if (boundId !== null) return requireMay(boundTeam(teams, { wish, boundId }));
  const open = teams.filter(({ role }) => mayInTeam(role, 'model.call'));
  const listed = open.map(({ slug }) => slug).join(', ');
  if (wish !== undefined) {
    const found = teams.find(({ id, slug }) => id === wish || slug === wish);
    if (found) return requireMay(found);
    throw refusal(`You are in no team ${wish}. ${listed === '' ? 'Ask a team admin.' : `Name one of: ${listed}.`}`);
  }
  const [first, second] = open;
  if (second)
    throw refusal(`You may call models in several teams: name one of ${listed} in the header x-ensemble-team.`);
  if (first) return first;
  const [only] = teams;
  if (only) return requireMay(only);
  throw refusal(
    'You are in no team, so no budget and no rules apply to your calls. Ask a team admin for an invitation.',
  );
}

function boundTeam(teams: readonly TeamChoice[], asked: { wish: string | undefined; boundId: string }): TeamChoice {
  const bound = teams.find(({ id }) => id === asked.boundId);
  if (!bound) throw refusal('You are not in the team that this token is bound to any more. Make another token.');
  if (asked.wish === undefined || asked.wish === bound.id || asked.wish === bound.slug) return bound;
  throw refusal(`This token is bound to the team ${bound.slug}. Leave out the header x-ensemble-team.`);
}

function requireMay(team: TeamChoice): TeamChoice {
  if (mayInTeam(team.role, 'model.call')) return team;
  throw refusal(
    `Your role in the team ${team.slug} is ${team.role}, and calling models needs developer. Ask a team admin.`,
  );
}

const refusal = (message: string) => new AppError('forbidden', message);
