import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RuleTester } from 'oxlint/plugins-dev';

type Rule = Parameters<RuleTester['run']>[1];

const schemaFolder = path.resolve(import.meta.dirname, '../../db/schema');

/** Names of the tables that have a `teamId`, read from the schema's source. */
function teamTables(): ReadonlySet<string> {
  const sources = readdirSync(schemaFolder).map((file) => readFileSync(path.join(schemaFolder, file), 'utf8'));
  const tables = sources.flatMap((source) => source.split(/^export const /m).slice(1));
  return new Set(
    tables
      .filter((table) => /^\w+ = pgTable\(/.test(table) && /\bteamId: /.test(table))
      .map((table) => table.split(' ')[0] ?? ''),
  );
}

const tables = teamTables();

/** A query of a team's table names the team. */
export const readIsScoped: Rule = {
  create(context) {
    return {
      CallExpression(node) {
        if (node.callee.type !== 'MemberExpression' || context.sourceCode.getText(node.callee.property) !== 'from')
          return;
        if (!/\.select(?:Distinct\w*)?\(/.test(context.sourceCode.getText(node.callee.object))) return;
        const [table] = node.arguments;
        const name = table === undefined ? '' : (context.sourceCode.getText(table).split('.').at(-1) ?? '');
        if (!tables.has(name)) return;
        let query: typeof node.parent = node;
        while (
          query.parent.type === 'MemberExpression' ||
          (query.parent.type === 'CallExpression' && query.parent.callee === query)
        )
          query = query.parent;
        const conditions = context.sourceCode.getText(query).split('.from(').slice(1).join('');
        if (!/\.where\([\s\S]*team/i.test(conditions))
          context.report({ node: table ?? node, message: `A query of ${name} does not name the team in its where.` });
      },
    };
  },
};
