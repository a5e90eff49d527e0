import type { SimpleCommand } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';

const units: Record<string, number> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 };

/** `10G`, `1TiB`, `512` in bytes. */
function sizeBytes(text: string): number {
  const [, number = '0', unit = ''] = /^(\d+)\s*([kmgtp])?/i.exec(text) ?? [];
  return Number(number) * (units[unit.toLowerCase()] ?? 1);
}

const aLot = 50e9;

/** These keep what they read until its end comes. */
const wholeReaders = new Set(['tail', 'tac', 'sort', 'wc']);

const endless = (text: string) => /^\/dev\/(?:u?random|zero|full)$/.test(text);

function fillsDisk(command: SimpleCommand): boolean {
  const { name, args } = command;
  const setting = (key: string) =>
    args.find(({ text }) => text.startsWith(`${key}=`))?.text.slice(key.length + 1) ?? '';
  const toFile = command.redirects.some(({ kind, target }) => kind !== '<' && !target.text.startsWith('/dev/'));
  switch (name) {
    case 'dd':
      return (
        endless(setting('if')) &&
        setting('of') !== '' &&
        (setting('count') === '' || sizeBytes(setting('bs') || '512') * sizeBytes(setting('count')) > aLot)
      );
    case 'fallocate':
    case 'truncate':
      return readOptions(args, { letters: 'los', valued: ['length', 'offset', 'size'] })
        .values('l', 's', 'length', 'size')
        .some(({ text }) => sizeBytes(text) > aLot);
    case 'cat':
      return toFile && args.some(({ text }) => endless(text));
    case 'yes':
      return toFile;
    case 'head':
      return readOptions(args, { letters: 'cn', valued: ['bytes', 'lines'] })
        .values('c', 'bytes')
        .some(({ text }) => sizeBytes(text) > aLot);
    default:
      return false;
  }
}

export const resourceRules: readonly Rule[] = [
  {
    id: 'resources.fill-disk',
    verdict: 'deny',
    programs: ['dd', 'fallocate', 'truncate', 'cat', 'yes', 'head', 'tail', 'tac', 'sort', 'wc'],
    matches: (command) =>
      wholeReaders.has(command.name) ? command.args.some(({ text }) => endless(text)) : fillsDisk(command),
    reason: 'This fills the disk or the memory.',
    saferWay: 'Say how much is needed and write no more.',
    examples: {
      ng: [
        'tail /dev/zero',
        'dd if=/dev/zero of=big',
        'fallocate -l 10T x',
        'cat /dev/urandom > x',
        'yes > x',
        'truncate -s 100T x',
      ],
      ok: ['dd if=/dev/zero of=x bs=1M count=10', 'fallocate -l 1G x', 'yes | head -3', 'head -c 32 /dev/urandom'],
    },
  },
  {
    id: 'resources.exhaust',
    verdict: 'ask',
    programs: [
      'stress',
      'stress-ng',
      'xmrig',
      'minerd',
      'cgminer',
      'ethminer',
      'ab',
      'hey',
      'wrk',
      'vegeta',
      'siege',
      'slowloris',
      'hping3',
      'ulimit',
      'nice',
      'sysbench',
      'cpuburn',
      'fio',
      'bonnie++',
      'memtester',
      'hydra',
      'john',
      'hashcat',
      'sqlmap',
      'nikto',
      'metasploit',
      'msfconsole',
    ],
    matches: ({ name, args }) => {
      const words = args.map(({ text }) => text);
      if (words.length === 0 || words.some((word) => /^(?:--help|--version|-h|-V)$/.test(word))) return false;
      if (name === 'ulimit') return words.some((word) => /^-\w*[u]/.test(word)) && words.includes('unlimited');
      if (name === 'nice') return false;
      if (/^(?:ab|hey|wrk|vegeta|siege)$/.test(name))
        return !words.some((word) => /\/\/(?:localhost|127\.|\[::1\])/.test(word));
      return true;
    },
    reason: 'This uses up the machine, or attacks another one.',
    saferWay: 'Measure the project’s own server on this machine.',
    examples: {
      ng: [
        'stress --cpu 64',
        'xmrig -o pool.example.com',
        'hping3 --flood example.com',
        'ab -n 100000 https://example.com/',
        'sqlmap -u https://example.com',
        'ulimit -u unlimited',
      ],
      ok: ['ab -n 100 http://localhost:3000/', 'ulimit -n 4096', 'wrk --help', 'nice -n 10 make'],
    },
  },
];
