import { readSql, stringMark, type SqlStatement } from './sql-statements.ts';

/** What a text of SQL would do that cannot be taken back. */
export type SqlFinding = { verdict: 'ask' | 'deny'; reason: string; saferWay: string };

const backup = 'Take a backup first, or write the statement into a migration that people review.';

/** The worst that the statements of a text do, or nothing; text that is not SQL does nothing. */
export function judgeSql(text: string): SqlFinding | undefined {
  let worst: SqlFinding | undefined;
  for (const statement of readSql(text)) {
    const finding = judgeStatement(statement);
    if (finding?.verdict === 'deny') return finding;
    worst ??= finding;
  }
  return worst;
}

function judgeStatement(statement: SqlStatement): SqlFinding | undefined {
  const [first = ''] = statement;
  if (first.startsWith('\\') || first.startsWith('.')) return judgeMetaCommand(first);
  if (first === 'explain') return statement.includes('analyze') ? judgeStatement(afterExplain(statement)) : undefined;
  if (first === 'with') return judgeWith(statement);
  if (first === 'do' || first === 'call' || first === 'exec' || first === 'execute') return judgeBlock(statement);
  return judgeVerb(statement) ?? judgeReach(statement);
}

/** \! and .shell run a command of the shell; the rest of these write files or run scripts. */
function judgeMetaCommand(command: string): SqlFinding | undefined {
  if (/^\\!|^\.(?:shell|system)\b|\bprogram\b|\|/i.test(command))
    return ask('This runs a shell command out of a database client.', 'Run the command by itself.');
  if (/^\\(?:i|ir|copy|o|g)\b|^\.(?:restore|import)\b/.test(command))
    return ask('This reads or writes files through a database client.', 'Show what the script holds.');
  return undefined;
}

function afterExplain(statement: SqlStatement): SqlStatement {
  const verb = statement.findIndex((word) => verbs.has(word));
  return verb < 0 ? [] : statement.slice(verb);
}

/** In `with x as (…) delete …` and in `with x as (delete …) select …` it is the inner verb that counts. */
function judgeWith(statement: SqlStatement): SqlFinding | undefined {
  for (const [index, word] of statement.entries()) {
    if (word !== 'delete' && word !== 'update' && word !== 'truncate') continue;
    const found = judgeVerb(statement.slice(index));
    if (found) return found;
  }
  return undefined;
}

/** What a block or a procedure's text runs is SQL again. */
function judgeBlock(statement: SqlStatement): SqlFinding | undefined {
  if (statement.some((word) => word === 'xp_cmdshell'))
    return deny('This runs a shell command on the database server.', 'Run the command by itself.');
  for (const word of statement) {
    if (!word.startsWith(stringMark)) continue;
    const inner = /\b(?:drop|truncate|delete|update)\b[\s\S]*/i.exec(word.slice(1));
    const found = inner && judgeSql(inner[0]);
    if (found) return found;
  }
  return undefined;
}

const verbs = new Set(['drop', 'truncate', 'delete', 'update', 'alter', 'grant', 'revoke', 'copy', 'insert', 'merge']);

function judgeVerb(statement: SqlStatement): SqlFinding | undefined {
  switch (statement[0]) {
    case 'drop':
      return judgeDrop(statement);
    case 'truncate':
      if (!/^[\p{L}_]/u.test(statement[1] ?? '')) return undefined;
      return deny('TRUNCATE removes every row of a table.', backup);
    case 'delete':
      return judgeRows(statement, 'DELETE without a condition removes every row.');
    case 'update':
      return judgeRows(statement, 'UPDATE without a condition changes every row.');
    case 'alter':
      return judgeAlter(statement);
    case 'grant':
    case 'revoke':
      return ask('This changes who may do what in the database.', 'Write it into a reviewed migration.');
    case 'purge':
    case 'reset':
      return ask('This removes the logs a recovery needs.', 'Let a database administrator do it.');
    default:
      return undefined;
  }
}

const lesserThings = new Set([
  'index',
  'view',
  'trigger',
  'policy',
  'function',
  'procedure',
  'constraint',
  'statistics',
  'extension',
  'sequence',
  'type',
]);
const things = new Set([
  'table',
  'tables',
  'database',
  'schema',
  'user',
  'role',
  'owned',
  'tablespace',
  'keyspace',
  'collection',
  'column',
  'measurement',
  'bucket',
  'warehouse',
  'stage',
  'materialized',
  'foreign',
  'domain',
  'publication',
  'subscription',
  'server',
  'temporary',
  'login',
  'partition',
  'shard',
  'series',
  'dictionary',
  'cluster',
]);

function judgeDrop(statement: SqlStatement): SqlFinding | undefined {
  const what = statement[1] ?? '';
  if (lesserThings.has(what))
    return ask(`DROP ${what.toUpperCase()} removes a part of the schema.`, 'Write it into a reviewed migration.');
  if (what === 'temporary') return undefined;
  if (!things.has(what)) return undefined;
  return deny(`DROP ${what.toUpperCase()} removes data that cannot be brought back.`, backup);
}

function judgeRows(statement: SqlStatement, reason: string): SqlFinding | undefined {
  const [verb, second] = statement;
  const reads =
    verb === 'delete'
      ? second === 'from' || statement.includes('from') || statement.length === 2
      : statement.includes('set');
  if (!reads) return undefined;
  const where = statement.lastIndexOf('where');
  if (where < 0) return deny(reason, 'Say with WHERE which rows are meant.');
  if (isAlwaysTrue(statement.slice(where + 1)))
    return deny('The condition is always true.', 'Say with WHERE which rows are meant.');
  return undefined;
}

/** `1`, `true`, `1 = 1`, `'a' = 'a'`, `x is not null or 1 = 1`. */
function isAlwaysTrue(condition: readonly string[]): boolean {
  const words = condition.filter((word) => word !== '(' && word !== ')');
  const [first = '', second, third] = words;
  if (words.length === 0) return true;
  if (words.length === 1) return first === 'true' || /^[1-9]\d*$/.test(first);
  if (second === '=' && first === third && (words.length === 3 || words[3] === 'or')) return true;
  const or = words.indexOf('or');
  return or >= 0 && isAlwaysTrue(words.slice(or + 1));
}

function judgeAlter(statement: SqlStatement): SqlFinding | undefined {
  if (statement.includes('drop'))
    return ask('ALTER … DROP removes a part of the schema and its data.', 'Write it into a reviewed migration.');
  // ClickHouse changes and removes rows by ALTER.
  if (statement.includes('delete') && statement.includes('where')) return deny('ALTER … DELETE removes rows.', backup);
  if (statement[1] === 'user' || statement[1] === 'role' || statement[1] === 'login' || statement[1] === 'system')
    return ask('This changes an account or the server.', 'Let a database administrator do it.');
  return undefined;
}

const serverFiles = new Set([
  'outfile',
  'dumpfile',
  'load_file',
  'pg_read_file',
  'pg_ls_dir',
  'lo_export',
  'lo_import',
]);
const accounts = new Set(['user', 'role', 'login']);
const wholeServer = new Set(['shutdown', 'flushall', 'flushdb']);

/** Statements that leave the database: files of the server, its shell, or its accounts. */
function judgeReach(statement: SqlStatement): SqlFinding | undefined {
  const [first = '', second = ''] = statement;
  if (statement.includes('xp_cmdshell') || (first === 'copy' && statement.includes('program')))
    return deny('This runs a shell command on the database server.', 'Run the command by itself.');
  if (statement.some((word) => serverFiles.has(word)))
    return ask('This reads or writes files of the database server.', 'Select the rows and write them here.');
  if (first === 'create' && accounts.has(second))
    return ask('This makes an account in the database.', 'Let a database administrator do it.');
  return wholeServer.has(first) ? deny(`${first.toUpperCase()} acts on the whole server.`, backup) : undefined;
}

function deny(reason: string, saferWay: string): SqlFinding {
  return { verdict: 'deny', reason, saferWay };
}

function ask(reason: string, saferWay: string): SqlFinding {
  return { verdict: 'ask', reason, saferWay };
}
