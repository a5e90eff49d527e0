import { parseArgs } from 'node:util';
import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { actionLine } from '../core/guard/guarded-action.ts';
import { checkPolicies, isPublishable } from '../governance/policies/check-policies.ts';
import type { PolicyScope } from '../governance/policies/published.ts';
import type { ActChange } from '../governance/policies/replay-acts.ts';
import { replayDraft, type CallChange, type Replay } from '../governance/policies/replay-calls.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { UsageError, type Command } from './command.ts';
import { readPolicies } from './policy-check.ts';
import { withDatabase } from './with-database.ts';

const unitMs = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** `30d`, `12h`, `2w` as the instant so long ago. */
function sinceOf(text: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  if (unit !== 'h' && unit !== 'd' && unit !== 'w')
    throw new UsageError(`--since takes a number of hours, days or weeks, like 12h, 30d or 2w, not ${text}.`);
  return new Date(now.getTime() - Number(count) * unitMs[unit]);
}

async function scopeOf(ctx: Context, slug: string | undefined): Promise<PolicyScope> {
  if (slug === undefined) return null;
  const [team] = await ctx.db.select({ id: schema.team.id }).from(schema.team).where(eq(schema.team.slug, slug));
  if (!team) throw new UsageError(`There is no team ${slug}.`);
  return team.id;
}

const what = {
  denied: 'would be denied',
  allowed: 'would be allowed',
  data: 'would be sent otherwise',
} as const satisfies Record<CallChange['kind'], string>;

function lineOf({ kind, at, person, alias, provider, project, rules, data }: CallChange): string {
  const where = project === undefined ? '' : ` on ${project}`;
  const how = data ? ` (${data.class}: ${data.before} → ${data.after})` : '';
  const by = rules.map(({ id, title }) => `${id} “${title}”`).join(', ');
  return `${at.toISOString()}  ${person}: ${alias} at ${provider}${where} ${what[kind]}${how} by ${by}`;
}

const saidAnew = { deny: 'would be denied', ask: 'would be asked', allow: 'would be allowed' } as const;

function lineOfAct({ at, person, agent, project, action, after, rules }: ActChange): string {
  const by = rules.map(({ id, title }) => `${id} “${title}”`).join(', ');
  return `${at.toISOString()}  ${agent} for ${person} on ${project}: ${JSON.stringify(actionLine(action))} ${saidAnew[after]}, ${
    after === 'allow' ? 'now decided' : 'decided'
  } by ${by}`;
}

function summaryOfActs({ acts, isAll, denied, asked, allowed }: Replay['acts']): string {
  const looked = `${acts.toLocaleString('en')} actions of agents were looked at${isAll ? '' : ', the newest of more'}`;
  return `${looked}: ${denied} would be denied anew, ${asked} asked anew, ${allowed} allowed anew.`;
}

function summary({ calls, isAll, denied, allowed, data }: Replay): string {
  const looked = `${calls.toLocaleString('en')} calls were looked at${isAll ? '' : ', the newest of more'}`;
  return `${looked}: ${denied} would be denied anew, ${allowed} allowed anew, ${data} classes of data sent otherwise.`;
}

/** Asks about recorded calls what a draft would say. Exit code 1: something would change, or the draft is not publishable. */
export const policyDryRun: Command = {
  usage: 'policy dry-run FILE [--since 30d] [--team SLUG] [--json]',
  does: 'lists which recorded model calls and actions of agents a draft of policies would deny, ask about or allow anew (of the installation, or a team’s)',
  async run(words, io) {
    const { values, positionals } = parseArgs({
      args: words,
      options: {
        json: { type: 'boolean', default: false },
        since: { type: 'string', default: '30d' },
        team: { type: 'string' },
      },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new UsageError('policy dry-run takes one file: ensemble policy dry-run FILE --since 30d');
    const text = await readPolicies(file, io.readInput);
    if (!isPublishable(checkPolicies(text)))
      throw new UsageError(`${file} is not fit to publish. See why with: ensemble policy check ${file}`);
    const replay = await withDatabase(async (ctx) => {
      const draft = { scope: await scopeOf(ctx, values.team), text };
      try {
        return await replayDraft(ctx, draft, sinceOf(values.since, ctx.now()));
      } finally {
        await closeNotifications();
      }
    });
    const { acts } = replay;
    const lines = [...replay.changes.map(lineOf), summary(replay), ...acts.changes.map(lineOfAct), summaryOfActs(acts)];
    if (values.json) io.write(JSON.stringify(replay));
    else for (const line of lines) io.write(line);
    return replay.denied + replay.allowed + replay.data + acts.denied + acts.asked + acts.allowed > 0 ? 1 : 0;
  },
};
