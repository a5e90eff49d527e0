import { HOLE, type SimpleCommand, type Word } from '../interpreted.ts';
import { asksForHelp, readOptions, type OptionTable } from '../options.ts';
import { placeOf } from '../path-scope.ts';
import type { Rule, RuleContext, RuleMatch } from '../rule.ts';
import { judgeSql } from '../sql-judgement.ts';
import { clients, sqlite } from './database-clients.ts';
import { wholeVerbs } from './service-verbs.ts';

/** The texts of SQL that a command hands to its database, and files whose text is not known. */
function sqlOf(command: SimpleCommand): { texts: readonly Word[]; files: boolean } {
  const client = clients[command.name];
  if (!client || asksForHelp(command.args) || command.args.some(({ text }) => /^--dry[-_]run$/.test(text)))
    return { texts: [], files: false };
  const options = readOptions(command.args, client.table);
  const operands = client.from === undefined ? [] : options.operands.slice(client.from);
  const { stdin } = command;
  const piped = stdin.kind === 'text' ? [stdin.text] : [];
  const files = (client.files !== undefined && options.values(...client.files).length > 0) || stdin.kind === 'file';
  return { texts: [...options.values(...client.statements), ...operands, ...piped], files };
}

/** A database in memory, or in a folder for temporary files, is nobody's. */
function isScratch(command: SimpleCommand, { facts }: RuleContext): boolean {
  if (!/^(?:sqlite3?|duckdb|litecli)$/.test(command.name)) return false;
  const [file] = readOptions(command.args, sqlite.table).operands;
  return file !== undefined && (file.text === ':memory:' || placeOf(file, command, facts).scope === 'temp');
}

function judgeClient(command: SimpleCommand, context: RuleContext): boolean | RuleMatch {
  const { texts, files } = sqlOf(command);
  for (const { text } of texts) {
    const found = judgeSql(text.replaceAll(HOLE, ' unknown '));
    if (found && !(isScratch(command, context) && !/^\s*\.|\battach\b|load_extension/im.test(text)))
      return { verdict: found.verdict, reason: found.reason, saferWay: found.saferWay };
    if (/^[\s;]*\0/.test(text)) return { verdict: 'ask', reason: 'The statement is only known when it runs.' };
  }
  if (texts.length === 0 && command.stdin.kind === 'pipe' && clients[command.name])
    return {
      verdict: 'ask',
      reason: 'The statements are only known when it runs.',
      saferWay: 'Write the statements out.',
    };
  return files
    ? {
        verdict: 'ask',
        reason: 'The statements stand in a file that was not read.',
        saferWay: 'Show what the file holds.',
      }
    : false;
}

/** Statements typed as if the shell were a database: what they mean is plain. */
function judgeBare(command: SimpleCommand): boolean | RuleMatch {
  const text = [command.name, ...command.args.map((word) => word.text)].join(' ');
  const found = judgeSql(text);
  return found ? { verdict: found.verdict, reason: found.reason } : false;
}

const mongoDrops =
  /\.\s*(?:drop(?:Database|Index(?:es)?|User|Role|AllUsersFromDatabase|AllRolesFromDatabase)?|deleteMany|deleteOne|remove|shutdownServer|bulkWrite|findOneAndDelete|findAndModify)\s*\(/;
const mongoAll =
  /\.\s*(?:drop(?:Database|AllUsersFromDatabase)?\s*\(|(?:deleteMany|remove)\s*\(\s*(?:\{\s*\})?\s*\)|shutdownServer|updateMany\s*\(\s*\{\s*\})|dropDatabase|eval\s*\(/;

function judgeMongo(command: SimpleCommand): boolean | RuleMatch {
  const options = readOptions(command.args, {
    letters: 'uphf',
    valued: ['eval', 'file', 'host', 'port', 'username', 'password'],
  });
  const { stdin } = command;
  const texts = [...options.values('eval'), ...(stdin.kind === 'text' ? [stdin.text] : [])];
  if (texts.some(({ text }) => mongoAll.test(text))) return true;
  if (texts.some(({ text }) => mongoDrops.test(text) || text.includes(HOLE))) return { verdict: 'ask' };
  return options.values('file', 'f').length > 0 ||
    stdin.kind === 'file' ||
    options.operands.some(({ text }) => text.endsWith('.js'))
    ? { verdict: 'ask', reason: 'The statements stand in a file that was not read.' }
    : false;
}

/** Neo4j: what stands behind MATCH is removed. */
const cypherRemoves = /\b(?:detach\s+)?delete\b|\bdrop\s+(?:database|constraint|index|user|role)\b|\bremove\s+\w+[.:]/i;

const redisAll = /^(?:flushall|flushdb|shutdown|debug|replicaof|slaveof|failover|reset)$/i;
const redisSome =
  /^(?:del|unlink|rename|config|eval|evalsha|script|migrate|restore|swapdb|acl|module|cluster|save|bgsave|bgrewriteaof|xtrim|ltrim|keys|client|function|expire|hdel|zremrangebyrank|zremrangebyscore|spop|getdel|xgroup|latency|slowlog)$/i;

function judgeRedis(command: SimpleCommand): boolean | RuleMatch {
  const { operands } = readOptions(command.args, redisTable);
  const { stdin } = command;
  const piped = stdin.kind === 'text' ? stdin.text.text.split('\n').map((line) => line.trim().split(/\s+/)) : [];
  const lines = [operands.map(({ text }) => text), ...piped];
  if (lines.some(([verb = '']) => redisAll.test(verb))) return true;
  if (lines.some(([verb = '', second = '']) => redisSome.test(verb) && !redisLook.test(`${verb} ${second}`)))
    return { verdict: 'ask', reason: 'This changes or removes keys of a database.' };
  const unseen = stdin.kind === 'file' || (stdin.kind === 'pipe' && operands.length === 0);
  return unseen && { verdict: 'ask', reason: 'The commands are only known when it runs.' };
}

const redisTable: OptionTable = {
  letters: 'hpsanurxidD',
  valued: ['user', 'pass', 'uri', 'tls', 'cacert', 'cert', 'key', 'eval', 'sni'],
  stopAtOperand: true,
};
const redisLook =
  /^(?:config|acl|client|script|module|cluster|function|slowlog|latency|xgroup) (?:get|list|info|whoami|getname|id|exists|nodes|slots|keyslot|cat|users|help|dump|stats|doctor|len|history|shards|links|log)$|^keys /i;

const adminPrograms = wholeVerbs({
  dropdb: /^.*/,
  dropuser: /^.*/,
  mysqladmin: /(?:^| )(?:drop|shutdown|flush-\w+|password|kill|stop-slave|stop-replica|reset-\w+)(?= |$)/,
  mariadb_admin: /(?:^| )(?:drop|shutdown)(?= |$)/,
  'mariadb-admin': /(?:^| )(?:drop|shutdown|flush-\w+|kill)(?= |$)/,
  pg_ctl: /(?:^| )(?:stop|restart|promote|kill|reload)(?= |$)/,
  pg_restore: /^.*/,
  pg_dump: /(?:^| )(?:--clean|-c)(?= |$)/,
  pg_dumpall: /(?:^| )(?:--clean|-c)(?= |$)/,
  mysqldump: /--add-drop-database/,
  mysqlimport: /--delete|(?:^| )-\w*[dD]/,
  pg_resetwal: /^.*/,
  pg_dropcluster: /^.*/,
  pg_rewind: /^.*/,
  mongorestore: /(?:^| )--drop(?= |$)/,
  mongoimport: /(?:^| )(?:--drop|--mode)(?= |$)/,
  initdb: /^.*/,
  vacuumlo: /^.*/,
  nodetool: /(?:^| )(?:decommission|removenode|assassinate|drain|clearsnapshot|stopdaemon|truncatehints|disable\w+)/,
  mysql_install_db: /^.*/,
  mysql_secure_installation: /^.*/,
  bq: /(?:^| )(?:rm|cancel|truncate|remove-iam-policy-binding)(?= |$)/,
  cbq: /(?:^| )-s/,
  'couchbase-cli': /(?:delete|failover|flush|rebalance|reset)/,
  influxd: /^restore/,
  influx: /^(?:bucket|org|user|auth|task|delete) ?delete|^delete/,
  etcdctl:
    /(?:^| )(?:del|rm|compact|defrag|member remove|user delete|role delete|lease revoke|snapshot restore|rmdir|auth disable)(?= |$)/,
});

function administers({ name, args }: SimpleCommand): boolean {
  const words = args.map(({ text }) => text);
  if (asksForHelp(args) || words.some((word) => word === '--list' || word === '-l' || word === '-V' || word === '-?'))
    return false;
  const pattern = adminPrograms[name];
  return pattern !== undefined && words.length > 0 && pattern.test(words.join(' '));
}

export const databaseRules: readonly Rule[] = [
  {
    id: 'databases.sql',
    verdict: 'deny',
    programs: Object.keys(clients),
    matches: judgeClient,
    reason: 'This removes or changes data that cannot be brought back.',
    saferWay: 'Take a backup first, or write the statement into a migration that people review.',
    examples: {
      ng: [
        'psql -c "drop table users"',
        'psql mydb -c "DELETE FROM users;"',
        'mysql -e "TRUNCATE logs"',
        'sqlite3 app.db "update users set admin = 1"',
        'psql <<EOF\ndrop database app;\nEOF',
        'echo "drop table a" | mysql app',
        'psql -f drop.sql',
        'zcat dump.gz | psql app',
        'sqlcmd -Q "drop database x"',
        'psql -c "select 1; drop schema public cascade"',
        'mysql app < dump.sql',
        'clickhouse-client --query "drop table x"',
        'psql -c "delete from users where true"',
        'bq query "drop table d.t"',
        'psql -c "\\! rm -rf x"',
        'psql -c "$STATEMENT"',
      ],
      ok: [
        'psql -c "select * from users"',
        'psql -l',
        'mysql -e "show tables"',
        'sqlite3 app.db ".tables"',
        'psql -c "delete from users where id = 3"',
        'psql -c "select \'drop table x\'"',
        'psql -c "-- drop table x\nselect 1"',
        'mysql -e "explain delete from users"',
        'psql -c "insert into a values (1)"',
        'psql -c "create table a (id int)"',
        'psql -c "update users set a = 1 where id = 2"',
      ],
    },
  },
  {
    id: 'databases.bare',
    verdict: 'deny',
    programs: ['drop', 'delete', 'update', 'truncate', 'alter', 'flushall', 'flushdb', 'grant', 'revoke', 'with'],
    matches: judgeBare,
    reason: 'This is a statement for a database that removes or changes data.',
    saferWay: 'Say with a condition which rows are meant, or write it into a migration.',
    examples: {
      ng: [
        'DROP TABLE users;',
        'delete from orders',
        'TRUNCATE TABLE logs',
        'UPDATE users SET a = 1',
        'flushall',
        'ALTER TABLE a DROP COLUMN b',
      ],
      ok: ['truncate -s 1M x', 'SELECT * FROM users', 'update --all', 'delete from orders where id = 1'],
    },
  },
  {
    id: 'databases.mongo',
    verdict: 'deny',
    programs: ['mongo', 'mongosh'],
    matches: judgeMongo,
    reason: 'This removes documents, collections or a database.',
    saferWay: 'Count what it would remove first, and let a person remove it.',
    examples: {
      ng: [
        'mongosh app --eval "db.dropDatabase()"',
        'mongo --eval "db.users.drop()"',
        'mongosh --eval "db.users.deleteMany({})"',
        'mongosh app x.js',
        'mongo app --eval "db.users.remove({})"',
        'mongosh --eval "db.users.deleteOne({_id: 1})"',
      ],
      ok: [
        'mongosh --eval "db.users.find()"',
        'mongosh --eval "db.stats()"',
        'mongo --version',
        'mongosh --eval "db.users.countDocuments({})"',
      ],
    },
  },
  {
    id: 'databases.graph',
    verdict: 'deny',
    programs: ['cypher-shell', 'neo4j-admin', 'arangosh', 'surreal', 'edgedb', 'gel', 'dgraph'],
    matches: ({ name, args, stdin }) => {
      const text = [...args.map((word) => word.text), stdin.kind === 'text' ? stdin.text.text : ''].join('\n');
      if (name === 'neo4j-admin')
        return /(?:^|\n)(?:restore|load|drop|delete)\b|--overwrite|database (?:restore|load)/.test(text);
      if (name === 'arangosh') return /_drop\w*\(|\.drop\(|\.truncate\(/.test(text);
      return cypherRemoves.test(text) && !asksForHelp(args);
    },
    reason: 'This removes nodes, relations or a database.',
    saferWay: 'Return what would be removed first, and let a person remove it.',
    examples: {
      ng: [
        'cypher-shell "MATCH (n) DETACH DELETE n"',
        'echo "DROP DATABASE x" | cypher-shell',
        'surreal sql "DELETE person"',
      ],
      ok: ['cypher-shell "MATCH (n) RETURN count(n)"', 'neo4j-admin server status', 'surreal version'],
    },
  },
  {
    id: 'databases.redis',
    verdict: 'deny',
    programs: ['redis-cli', 'valkey-cli', 'keydb-cli'],
    matches: judgeRedis,
    reason: 'This empties, stops or repoints a whole server.',
    saferWay: 'Remove single keys by their names.',
    examples: {
      ng: [
        'redis-cli FLUSHALL',
        'redis-cli -h db -n 2 flushdb',
        'redis-cli shutdown nosave',
        'redis-cli del a',
        'redis-cli config set dir /tmp',
        'echo flushall | redis-cli',
        'redis-cli --scan --pattern "a*" | xargs redis-cli del',
        'redis-cli debug segfault',
      ],
      ok: [
        'redis-cli ping',
        'redis-cli get a',
        'redis-cli info',
        'redis-cli config get dir',
        'redis-cli -n 1 keys "a*"',
        'redis-cli set a 1',
        'redis-cli client list',
      ],
    },
  },
  {
    id: 'databases.administer',
    verdict: 'deny',
    programs: Object.keys(adminPrograms),
    matches: administers,
    reason: 'This removes, overwrites or stops a database.',
    saferWay: 'Take a backup first, and let a person do it.',
    examples: {
      ng: [
        'dropdb app',
        'dropuser ana',
        'mysqladmin drop app',
        'mysqladmin -u root shutdown',
        'pg_restore --clean -d app x.dump',
        'mongorestore --drop dump',
        'etcdctl del --prefix /',
        'nodetool decommission',
        'bq rm -r -f d',
        'pg_ctl stop -D x',
      ],
      ok: [
        'createdb app',
        'pg_dump app',
        'mysqladmin status',
        'pg_restore --list x.dump',
        'etcdctl get a',
        'nodetool status',
        'mongodump',
        'bq ls',
        'dropdb --help',
      ],
    },
  },
];
