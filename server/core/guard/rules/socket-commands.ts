import type { SimpleCommand } from '../interpreted.ts';
import { addresses } from './egress.ts';
import type { Rule } from '../rule.ts';

/** Commands that are piped into the socket of a server: HAProxy's, Redis', memcached's, ZooKeeper's. */

const changes =
  /^\s*(?:(?:disable|enable) (?:server|frontend|agent|health)\b|shutdown\b|(?:del|clear) (?:map|acl|server|table|counters)\b|set (?:server|weight|maxconn|map|table|ssl|rate-limit|timeout)\b|add (?:map|acl|server)\b|del\b|unlink\b|flush_all\b|flushall\b|flushdb\b|config (?:set|resetstat|rewrite)\b|replicaof\b|slaveof\b|debug\b|script flush|delete\b|deleteall\b|rmr\b|kill\b|quit_server\b|system_(?:powerdown|reset)\b|stop\b|drop\b)/im;

function sendsChange({ stdin }: SimpleCommand): boolean {
  return (
    stdin.kind === 'text' &&
    changes.test(stdin.text.text.replaceAll(/^\*\d+\r?\n(?:\$\d+\r?\n)?/gm, '').replaceAll(';', '\n'))
  );
}

export const socketRules: readonly Rule[] = [
  {
    id: 'services.socket-command',
    verdict: 'ask',
    programs: ['socat', 'nc', 'ncat', 'netcat', 'telnet', 'nc.openbsd', 'nc.traditional'],
    matches: sendsChange,
    reason: 'This tells a server, past its own tools, to stop, to forget or to take others out.',
    saferWay: 'Look with the show and info commands, and let a person change it.',
    examples: {
      ng: [
        'echo "disable server be/s1" | socat stdio /run/haproxy.sock',
        "printf 'FLUSHALL\\r\\n' | nc localhost 6379",
        'echo flush_all | nc localhost 11211',
        'echo "set server be/s1 state maint" | socat - UNIX-CONNECT:/run/haproxy.sock',
      ],
      ok: [
        'echo "show info" | socat stdio /run/haproxy.sock',
        'echo "show servers state" | socat unix-connect:/run/haproxy.sock stdio',
        'echo stats | nc localhost 11211',
        'echo ruok | nc localhost 2181',
      ],
    },
  },
  {
    id: 'services.flush-by-address',
    verdict: 'ask',
    programs: ['curl', 'wget', 'http', 'https', 'xh', 'curlie'],
    matches: (command) =>
      addresses(command).some(({ text }) => /\/(?:flushall|flushdb|shutdown)(?:[/?#]|$)/i.test(text)),
    reason: 'This address makes a server forget everything or stop, whatever the method.',
    saferWay: 'Remove single keys by their names.',
    examples: {
      ng: ['curl "$URL/flushall" -H "Authorization: Bearer $TOKEN"', 'curl https://kv.example.com/FLUSHDB'],
      ok: ['curl https://example.com/flush', 'curl https://example.com/docs/flushall.html'],
    },
  },
];
