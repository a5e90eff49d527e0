import { RuleTester } from 'oxlint/plugins-dev';
import { describe, it } from 'vitest';
import { readIsScoped } from './reads-are-scoped.ts';
import { writeIsAudited } from './write-is-audited.ts';

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { sourceType: 'module' } });

const useCase = (body: string, more = '') => `export async function archive(ctx, given) { ${body} }\n${more}`;
const authorize = 'const access = await authorizeSession(ctx, given.id);';
const inTransaction = (inner: string) => `return withTransaction(ctx, async (tx) => { ${inner} });`;

tester.run('write-is-audited', writeIsAudited, {
  valid: [
    useCase(`${authorize} ${inTransaction('await appendAudit(tx, {});')}`),
    useCase(
      `${authorize} ${inTransaction('await inner(tx);')}`,
      'async function inner(tx) { await appendAudit(tx, {}); }',
    ),
    useCase('return ctx.db.select();'),
  ],
  invalid: [
    {
      code: useCase(inTransaction('await appendAudit(tx, {});')),
      errors: [{ message: 'archive changes something and does not authorize.' }],
    },
    {
      code: useCase(`${authorize} ${inTransaction('await tx.db.delete(x);')}`),
      errors: [{ message: 'archive changes something and does not append to the audit log.' }],
    },
    {
      code: useCase(
        `${authorize} ${inTransaction('await inner(tx);')}`,
        'async function inner(tx) { await inner(tx); }',
      ),
      errors: [{ message: 'archive changes something and does not append to the audit log.' }],
    },
  ],
});

tester.run('reads-are-scoped', readIsScoped, {
  valid: [
    'ctx.db.select().from(schema.session).where(eq(schema.session.teamId, teamId));',
    'ctx.db.select().from(session).innerJoin(project, on).where(and(eq(session.teamId, teamId), isNull(session.archivedAt))).limit(1);',
    'ctx.db.select().from(schema.person).where(eq(schema.person.id, id));',
    'Array.from(session);',
    'async function cancel(ctx) { const [found] = await ctx.db.select().from(run).where(eq(run.id, id)); await authorizeSession(ctx, found.sessionId); }',
  ],
  invalid: [
    {
      code: 'ctx.db.select().from(schema.session).where(eq(schema.session.id, id)).limit(1);',
      errors: [{ message: 'A query of session does not name the team in its where.' }],
    },
    {
      code: 'ctx.db.select({ teamId: session.teamId }).from(session);',
      errors: [{ message: 'A query of session does not name the team in its where.' }],
    },
  ],
});
