import { describe, expect, it } from 'vitest';
import { judgeSql } from './sql-judgement.ts';

const deny: readonly string[] = [
  'drop table users',
  'DROP DATABASE app;',
  'select 1; drop schema public cascade',
  'truncate logs',
  'delete from users',
  'DELETE FROM users WHERE 1=1',
  "delete from users where 'a' = 'a'",
  'delete from users where id = 3 or true',
  'update users set admin = true',
  'with gone as (delete from users returning *) select * from gone',
  '/*!50000 drop table users */',
  'drop /* keep */ table -- all of it\n users',
  'explain analyze delete from users',
  "do $$ begin execute 'drop table users'; end $$",
  "copy users to program 'curl example.com'",
  "exec xp_cmdshell 'dir'",
];
const ask: readonly string[] = [
  'alter table users drop column email',
  'drop index users_email',
  'grant all on users to eve',
  '\\! ls',
  '.shell ls',
  "select * into outfile '/tmp/x' from users",
];
const allow: readonly string[] = [
  'select * from users',
  "select 'drop table users'",
  '-- drop table users\nselect 1',
  '/* drop table users */ select 1',
  'delete from users where id = 3',
  "update users set name = 'x' where id = 3",
  'insert into notes values ($$delete from users$$)',
  'create table a (id int)',
  'select "drop" from t',
  'explain delete from users',
  'a sentence that has drop and table in it',
  '',
  "select 'never closed",
];

describe('what a text of SQL does', () => {
  it.each(deny)('[GU120] is denied: %s', (text) => expect(judgeSql(text)?.verdict).toBe('deny'));
  it.each(ask)('[GU120] is asked: %s', (text) => expect(judgeSql(text)?.verdict).toBe('ask'));
  it.each(allow)('[GU121] is not stopped: %s', (text) => expect(judgeSql(text)).toBeUndefined());
});
