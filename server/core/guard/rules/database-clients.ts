import type { OptionTable } from '../options.ts';

/** How the clients of databases take their statements. */

/** Where a client's statements stand: options that hold them, and whether operands do, from which on. */
type Client = { table: OptionTable; statements: readonly string[]; files?: readonly string[]; from?: number };

const mysql: Client = {
  table: { letters: 'eDhuPSp', valued: ['execute', 'database', 'host', 'user', 'port', 'socket', 'init-command'] },
  statements: ['e', 'execute', 'init-command'],
};
const psql: Client = {
  table: {
    letters: 'cdhpUfvFRTPLo',
    valued: ['command', 'dbname', 'host', 'port', 'username', 'file', 'set', 'variable', 'output', 'log-file'],
  },
  statements: ['c', 'command'],
  files: ['f', 'file'],
};
export const sqlite: Client = {
  table: { singleDash: true, valued: ['cmd', 'separator', 'init', 'vfs', 'nullvalue', 'newline', 'mmap', 'maxsize'] },
  statements: ['cmd'],
  files: ['init'],
  from: 1,
};

const byQuery = (letters: string, ...names: string[]): Client => ({
  table: { letters, valued: names },
  statements: [...letters.slice(0, 1), ...names],
});

/** Clients that take a statement by one option or as a word. */
const moreClients: Record<string, Client> = {
  mysqlsh: byQuery('eh', 'execute', 'sql'),
  'impala-shell': byQuery('qi', 'query'),
  vsql: byQuery('c', 'command'),
  ysqlsh: byQuery('ch', 'command'),
  gsql: byQuery('c', 'command'),
  hdbsql: { table: { letters: 'nupUd' }, statements: [], from: 0 },
  db2: { table: {}, statements: [], from: 0 },
  snow: byQuery('q', 'query'),
  databricks: byQuery('q', 'query', 'statement'),
  exaplus: byQuery('s', 'sql'),
  osqueryi: { table: {}, statements: [], from: 0 },
  'clickhouse-local': byQuery('q', 'query'),
  aws: byQuery('', 'query-string', 'sql', 'sqls', 'statement'),
  gcloud: byQuery('', 'sql'),
  heroku: byQuery('c', 'command'),
};

export const clients: Record<string, Client> = {
  mysql,
  mariadb: mysql,
  mycli: mysql,
  psql,
  pgcli: psql,
  sqlite3: sqlite,
  sqlite: sqlite,
  litecli: sqlite,
  libsql: sqlite,
  duckdb: {
    table: { singleDash: true, valued: ['c', 'cmd', 's', 'init', 'f', 'separator'] },
    statements: ['c', 'cmd', 's'],
    files: ['f', 'init'],
    from: 1,
  },
  cockroach: {
    table: { letters: 'e', valued: ['execute', 'url', 'host', 'certs-dir', 'database'] },
    statements: ['e', 'execute'],
  },
  'clickhouse-client': {
    table: { letters: 'q', valued: ['query', 'host', 'port', 'user', 'password', 'database', 'queries-file'] },
    statements: ['q', 'query'],
    files: ['queries-file'],
  },
  clickhouse: {
    table: { letters: 'q', valued: ['query', 'host', 'port', 'user', 'password', 'database'] },
    statements: ['q', 'query'],
  },
  sqlcmd: { table: { letters: 'QqSUPdi' }, statements: ['Q', 'q'], files: ['i'] },
  bq: { table: { valued: ['project_id', 'location', 'dataset_id', 'format'] }, statements: [], from: 1 },
  snowsql: {
    table: { letters: 'qfacud', valued: ['query', 'filename'] },
    statements: ['q', 'query'],
    files: ['f', 'filename'],
  },
  cqlsh: {
    table: { letters: 'efuk', valued: ['execute', 'file', 'username'] },
    statements: ['e', 'execute'],
    files: ['f', 'file'],
  },
  sqlplus: { table: {}, statements: [] },
  isql: { table: { letters: 'i' }, statements: [] },
  trino: {
    table: { valued: ['execute', 'server', 'catalog', 'schema', 'file'] },
    statements: ['execute'],
    files: ['file'],
  },
  'presto-cli': { table: { valued: ['execute', 'server', 'catalog', 'schema', 'file'] }, statements: ['execute'] },
  hive: { table: { letters: 'ef' }, statements: ['e'], files: ['f'] },
  beeline: { table: { letters: 'efu' }, statements: ['e'], files: ['f'] },
  'spark-sql': { table: { letters: 'ef' }, statements: ['e'], files: ['f'] },
  ...moreClients,
  turso: { table: {}, statements: [], from: 2 },
  influx: { table: { valued: ['execute', 'database', 'host', 'port'] }, statements: ['execute'] },
  usql: { table: { letters: 'cf', valued: ['command', 'file'] }, statements: ['c', 'command'], files: ['f', 'file'] },
  dolt: { table: { letters: 'q', valued: ['query'] }, statements: ['q', 'query'] },
  wrangler: { table: { valued: ['command', 'file', 'config', 'env'] }, statements: ['command'] },
  prisma: { table: { valued: ['file', 'schema', 'url'] }, statements: [] },
  'supabase-sql': { table: {}, statements: [] },
};
