import { HOLE, type SimpleCommand, type Word } from '../interpreted.ts';
import { asksForHelp, literal, readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';

function signalOnly(command: SimpleCommand): boolean {
  return asksForHelp(command.args) || command.args.some(({ text }) => /^(?:-l|-L|--list|--table|-0)$/.test(text));
}

/** What `kill` is aimed at: process ids, jobs of this shell, or what is not known. */
function killed({ args }: SimpleCommand): string[] {
  const words = args.map(({ text }) => text);
  const [first = ''] = words;
  if (/^(?:-s|-n|--signal)$/.test(first)) return words.slice(2).filter((word) => word !== '--');
  const signal = first.startsWith('-') && words.length > 1;
  return words.slice(signal ? 1 : 0).filter((word) => word !== '--');
}

/** Jobs and children of the same shell: `%1`, `$!`, and the like. */
function isOwnJob(command: SimpleCommand): boolean {
  const words = command.args.filter(({ text }) => !text.startsWith('-'));
  return (
    words.length > 0 &&
    words.every(
      ({ text, holes }) =>
        text.startsWith('%') ||
        (text === HOLE &&
          holes.every((hole) => /^\$\((?:jobs -\w*p\w*|(?:cat |<\s*)\.?[\w-]+(?:\/[\w.-]+)*\.pid)\)$/.test(hole))) ||
        holes.some((hole) => /^\$(?:!|(?!PPID)\w*PID\w*|\{!\})/i.test(hole)),
    )
  );
}

/** Servers that read their settings anew, or reopen their logs, when they get such a signal. */
const reloading =
  /^(?:nginx|httpd|apache2|haproxy|sshd|rsyslogd?|syslog-ng|caddy|traefik|envoy|unicorn|puma|gunicorn|uwsgi|prometheus|postgres|postmaster|dnsmasq|named|unbound|squid|vsftpd|php-fpm[\d.]*|cron|systemd-\w+|inetd|xinetd|alertmanager|grafana\S*|logstash|fluentd|fluent-bit|vector|telegraf|mosquitto)$/;
const reloadSignal = /^-(?:HUP|SIGHUP|1|USR1|SIGUSR1|WINCH|SIGWINCH)$/;
const processOf =
  /^\$\((?:pgrep|pidof)(?: -\w+)* ["']?([\w.-]+)["']?\)$|^\$\((?:cat |<\s*)\/(?:var\/)?run\/(?:[\w-]+\/)?([\w.-]+)\.pid\)$/;

function isServer({ text, holes: [hole = ''] }: Word): boolean {
  const [, byName, byFile] = processOf.exec(hole) ?? [];
  return text === HOLE && reloading.test(byName ?? byFile ?? '');
}

/** `kill -HUP $(pgrep -o nginx)`, `pkill -HUP nginx`: nothing ends. */
function onlyReloads({ name, args }: SimpleCommand): boolean {
  const [signal, ...rest] = args;
  if (rest.length === 0 || !reloadSignal.test(signal?.text ?? '')) return false;
  return name === 'kill'
    ? rest.every(isServer)
    : rest.every(({ text }) => /^-[xo]$/.test(text) || reloading.test(text));
}

const powerPrograms = ['shutdown', 'reboot', 'halt', 'poweroff', 'telinit', 'init', 'kexec'];

export const processRules: readonly Rule[] = [
  {
    id: 'processes.kill-all',
    verdict: 'deny',
    programs: ['kill'],
    matches: (command) =>
      !signalOnly(command) && killed(command).some((target) => target === '1' || /^-\d+$/.test(target)),
    reason: 'This ends the first process of the machine or every process that may be ended.',
    saferWay: 'End one process by the id that you started.',
    examples: {
      ng: ['kill -9 1', 'kill -9 -1', 'kill -KILL 1', 'kill -s TERM -- -1', 'sudo kill 1'],
      ok: ['kill -l', 'kill -0 1234', 'kill %1'],
    },
  },
  {
    id: 'processes.kill',
    verdict: 'ask',
    programs: ['kill', 'taskkill', 'tskill', 'xkill', 'stop-process', 'spps'],
    matches: (command, { facts }) =>
      !facts.sandboxed && !signalOnly(command) && !isOwnJob(command) && !onlyReloads(command),
    reason: 'Nothing says whose process this ends.',
    saferWay: 'Start it as a job of the same command and end that job.',
    examples: {
      ng: [
        'kill -9 $PPID',
        'kill "$(cat /run/nginx.pid)"',
        'kill -TERM $(pgrep nginx)',
        'kill -HUP $(pgrep node)',
        'kill 4321',
        'kill -9 4321',
        'kill $(lsof -t -i:3000)',
        'taskkill /F /IM node.exe',
      ],
      ok: [
        'npm start & kill $!',
        'kill %1',
        'kill -l',
        'kill "$(cat .dev.pid)"',
        'kill -HUP $(pgrep -o nginx)',
        'kill $(jobs -p)',
      ],
    },
  },
  {
    id: 'processes.kill-by-name',
    verdict: 'ask',
    programs: ['pkill', 'killall', 'skill', 'fuser', 'killall5', 'slay', 'loginctl', 'wsl'],
    matches: (command) => {
      const options = readOptions(command.args, { letters: 'sutgGPUn' });
      if (command.name === 'fuser') return options.has('k', 'kill');
      if (command.name === 'loginctl') return /^(?:kill|terminate)-/.test(command.args[0]?.text ?? '');
      if (command.name === 'wsl')
        return command.args.some(({ text }) => text === '--unregister' || text === '--shutdown');
      return !signalOnly(command) && !onlyReloads(command);
    },
    reason: 'This ends every process of that name, other people’s too.',
    saferWay: 'End one process by the id that you started.',
    examples: {
      ng: [
        'pkill node',
        'killall -9 python',
        'pkill -f "vite dev"',
        'fuser -k 3000/tcp',
        'loginctl terminate-user ana',
      ],
      ok: ['pgrep node', 'killall -l', 'fuser 3000/tcp', 'pkill -0 node', 'pkill -HUP nginx'],
    },
  },
  {
    id: 'processes.power',
    verdict: 'deny',
    programs: [...powerPrograms, 'systemctl', 'rundll32', 'stop-computer', 'restart-computer'],
    matches: (command) => {
      const { name, args } = command;
      if (asksForHelp(args)) return false;
      if (name === 'systemctl')
        return args.some(({ text }) =>
          /^(?:poweroff|reboot|halt|kexec|suspend|hibernate|hybrid-sleep|rescue|emergency|isolate|exit|soft-reboot|default)$/.test(
            text,
          ),
        );
      if (name === 'init' || name === 'telinit') return args.some((word) => /^[0156sSqQ]$/.test(literal(word) ?? ''));
      if (name === 'shutdown') return !args.some(({ text }) => text === '-c' || text === '--show' || text === '-k');
      return true;
    },
    reason: 'This stops or restarts the machine.',
    saferWay: 'Say what should be restarted and why; a person does it.',
    examples: {
      ng: [
        'shutdown -h now',
        'sudo reboot',
        'poweroff',
        'init 0',
        'systemctl reboot',
        'systemctl isolate rescue.target',
        'halt -p',
        'telinit 6',
      ],
      ok: ['reboot --help', 'shutdown -c', 'npm init -y', 'git init', 'systemctl status', 'terraform init'],
    },
  },
];
