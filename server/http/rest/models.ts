import { z } from 'zod';
import { authorizeSomeTeam, authorizeTeamBySlug } from '../../auth/authorize.ts';
import { listModels } from '../../governance/model-routes.ts';
import { pagedByKey, pageOf, pageQuery } from './page.ts';
import { reply, restRoute, type RestRoute } from './route.ts';

const microUsd = z.number().describe('Micro-USD for a million tokens');

const may = (what: string) => z.boolean().describe(`Whether it ${what}`);

const model = z.object({
  alias: z.string().describe('The name to ask for it by'),
  description: z.string(),
  place: z.enum(['local', 'remote']).describe('`local`: what is sent to it stays in the installation’s own network'),
  contextTokens: z.number().optional().describe('How many tokens it takes in; absent: not known'),
  maxOutputTokens: z.number().optional().describe('How many tokens it answers at most; absent: not known'),
  capabilities: z
    .object({
      tools: may('calls tools'),
      images: may('takes images'),
      thinking: may('can be told to think first'),
      streaming: may('answers piece by piece'),
    })
    .describe('What it can do'),
  price: z
    .object({
      input: microUsd,
      output: microUsd,
      cacheRead: microUsd.optional(),
      cacheWrite: microUsd.optional(),
      long: z
        .object({
          aboveTokens: z.number().describe('Tokens of input above which it holds'),
          inputPercent: z.number().describe('Of the usual price of the input, cached or not'),
          outputPercent: z.number().describe('Of the usual price of the output'),
        })
        .optional()
        .describe('What all of a call costs whose input is long; absent: the same'),
    })
    .optional()
    .describe('What tokens cost; absent: unpriced, which is not free'),
  providers: z.array(z.string()).describe('Names of the providers, in the order in which they are tried'),
});

export const modelRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/models',
    operationId: 'listModels',
    summary: 'The models that can be called',
    tag: 'Models',
    query: pageQuery.extend({ team: z.string().optional().describe('For the team with this slug') }),
    answers: { 200: { description: 'A page of models, by alias', schema: pageOf(model) } },
    async handle({ ctx, query }) {
      const { team } = query;
      if (team === undefined) await authorizeSomeTeam(ctx, 'team.read');
      const teamId = team === undefined ? '' : (await authorizeTeamBySlug(ctx, team, 'team.read')).teamId;
      return reply(
        200,
        pagedByKey(await listModels(teamId), (one) => one.alias, query),
      );
    },
  }),
];
