import { HOLE, type SimpleCommand } from '../interpreted.ts';
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
        (text === HOLE && holes.every((hole) => /^\$\((?:cat |<\s*)\.?[\w-]+(?:\/[\w.-]+)*\.pid\)$/.test(hole))) ||
        holes.some((hole) => /^\$(?:!|(?!PPID)\w*PID\w*|\{!\})/i.test(hole)),
    )
  );
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
    matches: (command, { facts }) => !facts.sandboxed && !signalOnly(command) && !isOwnJob(command),
    reason: 'Nothing says whose process this ends.',
    saferWay: 'Start it as a job of the same command and end that job.',
    examples: {
      ng: [
        'kill -9 $PPID',
        'kill "$(cat /run/nginx.pid)"',
        'kill 4321',
        'kill -9 4321',
        'kill $(lsof -t -i:3000)',
        'taskkill /F /IM node.exe',
      ],
      ok: ['npm start & kill $!', 'kill %1', 'kill -l', 'kill "$(cat .dev.pid)"'],
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
      return !signalOnly(command);
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
      ok: ['pgrep node', 'killall -l', 'fuser 3000/tcp', 'pkill -0 node'],
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
