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

const kindOf = (node: object) => ('type' in node ? String(node.type) : '');
const namesTheTeam = (query: string) => /\.where\([\s\S]*team/i.test(query.split('.from(').slice(1).join(''));
const authorizes = (text: string) => /\bauthorize[A-Z]\w*\(/.test(text);

/**
 * A query of a team's table names the team in its where, unless its function authorizes: then the row was, or will be,
 * reached through something that belongs to the actor's team.
 */
export const readIsScoped: Rule = {
  create(context) {
    const { sourceCode } = context;
    return {
      CallExpression(node) {
        const source = sourceCode.getText(node);
        const [, name = ''] = /\.select(?:Distinct\w*)?\([\s\S]*\.from\((?:\w+\.)?(\w+)\)$/.exec(source) ?? [];
        if (!tables.has(name)) return;
        const around = sourceCode.getAncestors(node);
        const links = around.toReversed();
        const end = links.findIndex((link) => !/^(?:Member|Call)Expression$/.test(kindOf(link)));
        const query = sourceCode.getText(links[end - 1] ?? node);
        const outermost = around.find((ancestor) => /Function/.test(kindOf(ancestor)));
        if (namesTheTeam(query) || authorizes(sourceCode.getText(outermost ?? node))) return;
        context.report({ node, message: `A query of ${name} does not name the team in its where.` });
      },
    };
  },
};
