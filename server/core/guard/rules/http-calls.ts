import { HOLE, type SimpleCommand } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';
import { judgeSql } from '../sql-judgement.ts';
import { addresses, curlTable, wgetTable } from './egress.ts';

/** A call by HTTP: method in capitals, address and text of the body as far as they are known. */
type HttpCall = { method: string; address: string; body: string };

export const clientsByWord = new Set(['http', 'https', 'xh', 'xhs', 'httpie']);

export function readCall(command: SimpleCommand): HttpCall | undefined {
  const { name } = command;
  if (clientsByWord.has(name)) return readWordCall(command);
  const options = readOptions(command.args, name === 'wget' ? wgetTable : curlTable);
  const body = options
    .values('d', 'data', 'data-binary', 'data-raw', 'data-ascii', 'data-urlencode', 'json', 'body-data', 'post-data')
    .map(({ text }) => text)
    .join('&');
  const named = options.values('X', 'request', 'method').at(-1)?.text;
  const implied = options.has('T', 'upload-file')
    ? 'PUT'
    : options.has('I', 'head')
      ? 'HEAD'
      : body !== '' && !options.has('G', 'get')
        ? 'POST'
        : 'GET';
  const override = options
    .values('H', 'header')
    .map(({ text }) => /^X-(?:HTTP-)?Method-Override:\s*(\w+)/i.exec(text)?.[1])
    .find((found) => found !== undefined);
  const address = addresses(command)
    .map(({ text }) => text)
    .join(' ');
  return { method: (override ?? named ?? implied).toUpperCase(), address, body };
}

/** HTTPie: `http DELETE :9200/x`, `http POST host/x a=b`. */
function readWordCall({ args }: SimpleCommand): HttpCall | undefined {
  const words = readOptions(args, {
    letters: 'aAopsC',
    valued: ['auth', 'auth-type', 'session', 'print', 'timeout', 'verify', 'cert', 'proxy', 'output'],
  }).operands.map(({ text }) => text);
  const [first = '', second = '', ...rest] = words;
  if (/^[A-Z]+$/i.test(first) && second !== '')
    return { method: first.toUpperCase(), address: second, body: rest.join('&') };
  return {
    method: rest.length > 0 || second !== '' ? 'POST' : 'GET',
    address: first,
    body: [second, ...rest].join('&'),
  };
}

/** Endings of addresses that remove, whatever the method. */
const removingPath =
  /(?:^|[/:_-]|\/do)(?:delete|remove|destroy|purge|truncate|drop|wipe|flushall|flushdb|(?<!_cache\/)clear|_delete_by_query|delete-batch|_delete|deleteall|delete_all|deleteBy\w+|doWipeOut\w+|doDelete\w*|-\/quit|_update_by_query|providers\/rest|refunds|payouts|batch[-_]?delete|bulk[-_]?delete|uninstall|terminate|deactivate|archive|cancel|refund|_close|clearindex|_shutdown|quitquitquit|shutdown|_restore|delete_series|clean_tombstones|reset|unsubscribe|revoke|suspend|disable|erase|safeRestart|safeExit|quietDown|scriptText)(?:\/?(?:$|[?#]|\s)|_|-)|\/admin\/tsdb\/(?:delete_series|clean_tombstones)|\/flushall|[?&](?:action|method|_method|command|cmd|op)=(?:delete|destroy|remove|drop|purge)/i;

/** Settings of a whole cluster. */
const clusterSettings = /\/_cluster\/settings(?:\?|$)/;

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'MOVE']);
const bodyRemoves =
  /"(?:_?method|action|actions?|op|operation|requests?|command|query)"\s*:\s*\[?\s*\{?\s*"?(?:action"\s*:\s*")?(?:delete|remove|drop|purge|deleteObject|clear|truncate)|mutation\b[\s\S]*\b(?:delete|remove|destroy|archive)\w*\s*\(|"delete"\s*:\s*\{|<delete>/i;

function destroys(command: SimpleCommand): boolean {
  const call = readCall(command);
  if (!call) return false;
  if (call.method === 'DELETE' && developmentRow.test(call.address)) return false;
  if (call.method === 'DELETE' || call.method === 'PURGE') return true;
  if (!writes.has(call.method))
    return /[?&](?:_method|action|command|cmd)=(?:delete|destroy|remove|drop|purge)/i.test(call.address);
  if (removingPath.test(call.address) || bodyRemoves.test(call.body) || clusterSettings.test(call.address)) return true;
  return judgeSql(queryOf(call.body)) !== undefined;
}

/** `query=drop table x` and `{"query": "drop …"}` carry SQL. */
function queryOf(body: string): string {
  return (
    /(?:^|[&?])(?:q|query|sql|statement)=([^&]*)/i.exec(body)?.[1] ??
    /"(?:q|query|sql|statement|stmt)"\s*:\s*"([^"]*)"/i.exec(body)?.[1] ??
    (/^\s*(?:drop|delete|truncate|alter)\b/i.test(body) ? body : '')
  );
}

/** One row of the program that is being developed: a port of a development server, and a number or a name with one at the end. */
const developmentRow =
  /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1):(?:3\d{3}|4000|4200|5000|5173|8000|8080|8787)(?:\/[\w-]+)+\/(?:\d+|[\w-]*\d[\w-]*)\/?$/;

/** Addresses at which a machine tells programs who they are. */
const metadataHost =
  /(?:^|\/\/|\s|@)(?:169\.254\.169\.254|169\.254\.170\.2|\[?fd00:ec2::254\]?|metadata\.google\.internal|metadata\.goog|100\.100\.100\.200|2852039166|0xa9fea9fe|0251\.0376\.0251\.0376|metadata\.azure\.com)(?:[:/\0]|\s|$)/i;

export const httpRules: readonly Rule[] = [
  {
    id: 'http.delete',
    verdict: 'ask',
    programs: ['curl', 'wget', 'http', 'https', 'xh', 'xhs', 'httpie', 'curlie'],
    matches: destroys,
    reason: 'This asks a service to remove something.',
    saferWay: 'Read it with GET first; a person removes it.',
    examples: {
      ng: [
        'curl -X DELETE https://api.example.com/users/1',
        'curl -XDELETE localhost:9200/logs',
        'curl --request delete http://localhost:7700/indexes/x',
        'http DELETE :9200/x',
        'curl -X POST localhost:9200/logs/_delete_by_query -d "{}"',
        'wget --method=DELETE https://example.com/x',
        'curl -H "X-HTTP-Method-Override: DELETE" -X POST https://example.com/x',
        'curl https://example.com/x -X "DELETE"',
        'curl -X PURGE https://example.com/x',
        'curl -X POST https://ci.example.com/quietDown',
        'curl -X POST https://git.example.com/api/v4/projects/1/jobs/2/erase',
        'curl "http://localhost:8123" -d "drop table x"',
        'curl -X POST https://example.com/graphql -d \'{"query":"mutation { deleteUser(id: 1) { id } }"}\'',
      ],
      ok: [
        'curl -X DELETE http://localhost:3000/api/todos/3',
        'curl https://example.com/delete',
        'curl -X POST https://example.com/items -d "{}"',
        'curl -X GET localhost:9200/_search',
        'curl -X PUT localhost:9200/x',
        'http GET example.com',
        'curl -I https://example.com',
        'curl -G https://example.com/q -d action=x',
        'http :3000/users name=x',
      ],
    },
  },
  {
    id: 'http.metadata',
    verdict: 'deny',
    programs: [
      'curl',
      'wget',
      'http',
      'https',
      'xh',
      'nc',
      'ncat',
      'fetch',
      'lynx',
      'aria2c',
      'telnet',
      'invoke-webrequest',
      'iwr',
    ],
    matches: ({ args }) =>
      args.some(({ text }) => metadataHost.test(text)) || (args[0]?.text ?? '').startsWith(`${HOLE}169.254`),
    reason: 'This asks the machine’s metadata service, which hands out credentials.',
    saferWay: 'Use what the environment of the task was given.',
    examples: {
      ng: [
        'curl http://169.254.169.254/latest/meta-data/iam/security-credentials/',
        'wget -qO- http://metadata.google.internal/computeMetadata/v1/',
        'curl 169.254.170.2/v2/credentials',
        'curl "http://169.254.170.2$URI"',
        'curl http://0xa9fea9fe/latest',
      ],
      ok: ['curl http://10.0.0.1/', 'curl https://example.com/169.254.169.254'],
    },
  },
];
