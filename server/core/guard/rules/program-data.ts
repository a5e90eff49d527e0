import type { SimpleCommand } from '../interpreted.ts';
import type { Rule, RuleMatch } from '../rule.ts';
import { judgeSql } from '../sql-judgement.ts';

/** Programs in one line that reach a database or a service through a library: what the library's calls would remove. */

const runners =
  'python python2 python3 ipython pypy3 node nodejs bun deno tsx ts-node ruby irb perl php lua elixir julia groovy scala r rscript rails rake rake5 bin/rails manage.py django-admin artisan tinker flask iex kotlin jshell clojure psysh runghc swift go mix wp drush symfony console thor hanami pry'.split(
    ' ',
  );

/** Calls whose name alone says that rows, tables, buckets or machines go. */
const removingCall =
  /(?:\.|->|::|\b)(?:delete_all|destroy_all|deleteMany|delete_many|deleteAll|destroyAll|dropDatabase|drop_database|drop_collection|dropCollection|drop_table|drop_all|dropAllTables|flushall|flushdb|flushAll|flushDb|flush_all|delete_bucket|delete_table|delete_stack|delete_queue|delete_topic|delete_index|delete_db_\w+|delete_objects?|delete_collection|delete_user|delete_repo\w*|delete_namespaced_\w+|deleteCollection|deleteIndex|deleteBucket|deleteTable|terminate_instances|stop_instances|purge_queue|empty_bucket|rmtree_bucket|wipe_database|truncate!?)!?\s*\(|(?:\.|->|::)(?:delete_all|destroy_all|truncate!?)\b|\bdb:(?:drop|reset|truncate_all|purge|wipe)\b|\bmigrate:(?:fresh|reset|refresh|rollback)\b/;
/** A whole query set, every object of a list, a queue, a record that is looked up. */
const removingChain =
  /objects\.(?:all|filter|exclude)\([^)]*\)\.(?:delete|_raw_delete)\(|\.objects\.all\(\)\.delete\(|Queue[\w.:()]*\.(?:all\.each\([^)]*(?:clear|delete)|clear|delete_all|new\([^)]*\)\.clear)|\.(?:clear|drop|truncate|destroy|delete|remove)\([^)]*force\s*=\s*True|::(?:query\(\)->)?(?:truncate|delete|forceDelete)\(|\b(?:find|where|first|last|find_by|get)\b[^;\n]{0,80}[.>](?:destroy|delete|forceDelete)!?\b|\.drop\(\s*\)|Schema::drop|FlushAll|\.each\(?\s*(?:&:|\{\s*\|\w+\|\s*\w+\.)(?:destroy|delete|clear)/;
/** Calls of clients of services, by the names that people give them: `gateway.customer.delete`, `stripe.customers.del`. */
const clientCall =
  /\b(?:gateway|braintree|stripe|client|api|admin|service|sdk|s3|ec2|rds|sqs|dynamodb|k8s|docker|square|paypal|twilio|sendgrid|mailgun|kafka|redis|mongo|es|elastic|algolia|firebase|firestore|supabase|octokit|github|gitlab|slack|conn|cursor|session|prisma|db)(?:[.]\w+(?:\([^()]*\))?)*[.](?:delete|del|destroy|remove|cancel|void|refund|terminate|purge|archive|flushall)\w*\(/i;

const statement =
  /(?:execute\w*|query\w*|raw|exec|run|sql|prepare|statement|unprepared|select_all|update)!?\s*\(?\s*(?:[a-z]\w*\(\s*)?[fbru]?["'`]{1,3}\s*((?:drop|delete\s+from|truncate|alter\s+table|update\s+\w+\s+set)\b[^"'`]{3,400})["'`]/gi;

function textOf({ args, stdin }: SimpleCommand): string {
  const texts = args.map(({ text }) => text);
  if (stdin.kind === 'text') texts.push(stdin.text.text);
  return texts.join('\n').slice(0, 20_000);
}

function judgeProgram(command: SimpleCommand): boolean | RuleMatch {
  const text = textOf(command);
  if (text.length < 6) return false;
  if (!/[(.:>]/.test(text)) return false;
  if (removingCall.test(text) || removingChain.test(text) || clientCall.test(text)) return true;
  for (const [, sql = ''] of text.matchAll(statement)) {
    const found = judgeSql(sql);
    if (found) return { verdict: found.verdict, reason: found.reason };
  }
  return false;
}

export const programDataRules: readonly Rule[] = [
  {
    id: 'databases.program',
    verdict: 'ask',
    programs: runners,
    matches: judgeProgram,
    reason: 'This program removes what a database or a service holds.',
    saferWay: 'Count what it would remove first, and let a person remove it.',
    examples: {
      ng: [
        "python3 -c \"import boto3; boto3.resource('s3').Bucket('prod').objects.all().delete()\"",
        'rails runner "User.delete_all"',
        'echo "User.objects.all().delete()" | python manage.py shell',
        'node -e "prisma.user.deleteMany()"',
        'php artisan tinker --execute="User::truncate()"',
        'node -e "gateway.customer.delete(\'x\')"',
        'python3 -c "conn.execute(\'DROP TABLE users\')"',
        'rails db:drop',
        'php artisan migrate:fresh',
        'bin/rails runner "User.find(1).destroy"',
        'mix ecto.x; php artisan migrate:reset',
      ],
      ok: [
        'python3 -c "d = {1: 2}; d.pop(1)"',
        'node -e "new Map().delete(1)"',
        'rails runner "puts User.count"',
        'python manage.py test',
        'rails db:migrate',
        'python3 -c "print(\'drop it\')"',
        'node -e "console.log(1)"',
        'python3 -c "conn.execute(\'select 1\')"',
        'php artisan test',
        'python manage.py migrate',
      ],
    },
  },
];
