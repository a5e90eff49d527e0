import { scanText } from '../../dlp/scan.ts';
import { isSecretPath } from '../rules/secret-paths.ts';
import { judgeSql } from '../sql-judgement.ts';
import { readSql } from '../sql-statements.ts';
import { countIn, type Change } from './change.ts';
import { changed, made, type EditMatch, type EditRule } from './edit-rule.ts';

export const migrationPath =
  /(?:^|\/)(?:migrations?|migrate|alembic\/versions|db\/migrate|changelog|flyway|liquibase|schema)\/|(?:^|\/)V\d+__.*\.sql$|(?:^|\/)(?:db\.)?changelog[\w.-]*\.(?:xml|ya?ml|json)$|\.sql$/i;
const appliedPath =
  /(?:^|\/)(?:migrations?|db\/migrate|alembic\/versions|flyway)\/.+\.(?:sql|py|rb|[jt]s|go|php|java|kt|exs|xml|ya?ml)$/i;

const dropsBySchema =
  /\b(?:op|migrations?|knex|schema|queryInterface|t|table|builder|db|this\.schema)\.(?:drop\w*|remove\w*|Delete\w*|RemoveField|DeleteModel)\b|\b(?:drop_table|remove_column|remove_columns|drop_join_table|remove_reference|remove_index|dropTable|dropColumn|dropColumns|dropIfExists|dropTableIfExists|removeColumn|RemoveField|DeleteModel|dropCollection|DropTable|DropColumn|Schema::drop\w*|drop_constraint|truncate_tables?)\b|<drop(?:Table|Column)\b|\bdrop\s*\(:/;

/** The same without SQL, where no value is given on the same line. */
const addsRequired =
  /\b(?:op\.add_column|add_column)\b(?!.{0,300}(?:default|server_default)).{0,300}(?:nullable\s*=\s*False|null:\s*false)|\bchange_column_null\b.{0,300}\bfalse\b|\bop\.alter_column\b(?!.{0,300}server_default).{0,300}nullable\s*=\s*False/;
/** What changes values that are there, or asks for values that are not. */
const narrows =
  /\balter\s+(?:column\s+)?\S+\s+(?:(?:set\s+data\s+)?type\b|set\s+not\s+null)|\bmodify\s+(?:column\s+)?\S+\s/i;

const isColumn = /^\s*(?:create_table|t\.\w+)\s+"(\w+)"/;
const hasColumn = (lines: readonly string[], line: string) => {
  const name = isColumn.exec(line)?.[1];
  return lines.some((other) => isColumn.exec(other)?.[1] === name);
};

/** A field or a table that a description of the whole database has no more: the migration made from it drops them. */
function dropsField({ path, addedRaw, removedRaw }: Change): boolean {
  if (/(?:^|\/)db\/schema\.rb$/.test(path))
    return removedRaw.some((line) => isColumn.test(line) && !hasColumn(addedRaw, line));
  if (!path.endsWith('.prisma')) return false;
  const names = (lines: readonly string[]) =>
    lines.flatMap((line) => /^\s*(?:(?:model|enum)\s+)?([A-Za-z]\w*)\s+[A-Za-z{]/.exec(line)?.[1] ?? []);
  const kept = new Set(names(addedRaw));
  return names(removedRaw).some((name) => !kept.has(name));
}

/** A column that must not be empty, for rows that are there already. */
function addsRequiredColumn(text: string): boolean {
  return readSql(text).some((statement) => {
    if (statement[0] !== 'alter' || !statement.includes('add')) return false;
    const line = statement.join(' ');
    return (
      line.includes(' not null') &&
      !statement.includes('default') &&
      !statement.includes('constraint') &&
      !statement.includes('check')
    );
  });
}

function losesData(change: Change): boolean | EditMatch {
  if (dropsField(change)) return { reason: 'The migration that is made from this removes a column or a table.' };
  if (!migrationPath.test(change.path) || change.isGone) return false;
  if (change.ending === 'sql') {
    const text = change.addedRaw.join('\n');
    const found = judgeSql(text);
    if (found) return { reason: `${found.reason.replace(/\.$/, '')}: this migration would do so wherever it runs.` };
    if (narrows.test(text))
      return { reason: 'This changes the type of a column, or asks rows for values that they may not have.' };
    return addsRequiredColumn(text)
      ? { reason: 'This asks for a value in a column that rows which are there do not have.' }
      : false;
  }
  if (
    /\bdef (?:downgrade|down)\b|exports\.down|async down\(|function down\(/.test(change.after) &&
    !hasDropBeforeDown(change)
  )
    return false;
  return (
    countIn(change.added, dropsBySchema) > countIn(change.removed, dropsBySchema) ||
    countIn(change.added, addsRequired) > countIn(change.removed, addsRequired) ||
    judgeSql(quoted(change.addedText)) !== undefined
  );
}

/** What a migration drops on its way back is what it made on its way forward. */
function hasDropBeforeDown({ after }: Change): boolean {
  const down = after.search(/\bdef (?:downgrade|down)\b|exports\.down|async down\(|function down\(/);
  return (
    dropsBySchema.test(down < 0 ? after : after.slice(0, down)) ||
    judgeSql(quoted(down < 0 ? after : after.slice(0, down))) !== undefined
  );
}

function quoted(text: string): string {
  return [...text.matchAll(/(["'`])((?:(?!\1)[^\\]|\\.)*)\1/g)].map((match) => match[2] ?? '').join(';\n');
}

/** Secrets that the new text has and the old one had not. */
function newSecrets({ before, after, kind }: Change): boolean | EditMatch {
  const findings = scanText(after).filter((found) => found.class === 'secret');
  if (findings.length === 0) return false;
  const fresh = findings.filter(({ start, end }) => !before.includes(after.slice(start, end)));
  if (fresh.length === 0) return false;
  const isHigh = fresh.some(({ severity }) => severity === 'high');
  // Tests make up passwords.
  if (kind === 'test') return isHigh && { verdict: 'ask' };
  return isHigh || { verdict: 'ask' };
}

const example = ['AK', 'IAQ3EGRIQ7', 'XJ5MZL2P'].join('');

export const dataRules: readonly EditRule[] = [
  {
    id: 'edits.secret',
    verdict: 'deny',
    matches: newSecrets,
    reason: 'This writes a secret into a file.',
    saferWay: 'Name a variable or a secret of the pipeline, and let a person set its value.',
    examples: {
      ng: [
        made('src/a.ts', `const key = '${example}';`),
        changed('deploy.sh', 'x', `export AWS_ACCESS_KEY_ID=${example}`),
      ],
      ok: [
        made('src/a.ts', 'const key = env.AWS_ACCESS_KEY_ID;'),
        made('.env.example', 'API_KEY=your-key-here'),
        changed('src/a.ts', `const key = '${example}';`, `const key = '${example}'; // moved soon`),
      ],
    },
  },
  {
    id: 'edits.secret-file',
    verdict: 'ask',
    matches: ({ path }) => isSecretPath(path),
    reason: 'This changes a file that holds secrets.',
    saferWay: 'Say which names are missing; a person fills in the values.',
    examples: {
      ng: [
        changed('.env', 'A=1', 'A=2'),
        made('config/master.key', 'x'),
        { path: '.env.production', oldText: 'A=1', newText: null },
      ],
      ok: [made('.env.example', 'A='), made('src/env.ts', 'export {};')],
    },
  },
  {
    id: 'edits.migration-drops',
    verdict: 'ask',
    matches: losesData,
    reason: 'This migration removes tables, columns or rows.',
    saferWay: 'Stop using the column first, and remove it in a later release after a backup.',
    examples: {
      ng: [
        made('db/migrations/0007_x.sql', 'drop table users;'),
        made('migrations/2.sql', 'alter table a add column b text not null;'),
        made('migrations/3.sql', 'alter table a drop column b;'),
        made('db/migrate/1_x.rb', 'remove_column :users, :email'),
        made('alembic/versions/a.py', 'def upgrade():\n    op.drop_table("a")\ndef downgrade():\n    pass'),
        made('app/migrations/0002_x.py', 'operations = [migrations.DeleteModel(name="A")]'),
        made('migrations/4.sql', 'update users set admin = true;'),
        made('migrations/5.ts', 'await knex.schema.dropTable("a");'),
        made('migrations/6.sql', 'alter table a alter column b type smallint;'),
        made('migrations/7.sql', 'alter table a alter column b set not null;'),
        made(
          'alembic/versions/b.py',
          'def upgrade():\n    op.add_column("a", sa.Column("b", sa.Text(), nullable=False))',
        ),
        changed('prisma/schema.prisma', 'model A {\n  id Int\n  b String\n}', 'model A {\n  id Int\n}'),
        made('db/changelog.xml', '<dropTable tableName="a"/>'),
      ],
      ok: [
        made('migrations/1.sql', 'create table a (id int not null);'),
        made('migrations/2.sql', "alter table a add column b text not null default '';"),
        made(
          'alembic/versions/a.py',
          'def upgrade():\n    op.create_table("a")\ndef downgrade():\n    op.drop_table("a")',
        ),
        made('src/a.ts', 'set.drop();'),
        changed('prisma/schema.prisma', 'model A {\n  id Int\n}', 'model A {\n  id BigInt\n  b String?\n}'),
      ],
    },
  },
  {
    id: 'edits.migration-changed',
    verdict: 'ask',
    matches: ({ path, isNew, before }) => appliedPath.test(path) && !isNew && before.trim() !== '',
    reason: 'This changes a migration that may have run already.',
    saferWay: 'Write a new migration.',
    examples: {
      ng: [
        changed('db/migrations/0001_a.sql', 'create table a (id int);', 'create table a (id bigint);'),
        { path: 'app/migrations/0001_initial.py', oldText: 'x = 1', newText: null },
      ],
      ok: [made('db/migrations/0002_b.sql', 'create table b (id int);'), changed('docs/migrations.md', 'a', 'b')],
    },
  },
];
