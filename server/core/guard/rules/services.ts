import type { SimpleCommand } from '../interpreted.ts';
import { asksForHelp, readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';

const stops =
  /^(?:stop|disable|mask|kill|restart|try-restart|force-reload|unload|remove|revert|set-default|daemon-reexec|reset-failed|bootout|reload|isolate|clean|edit|set-property|unset-environment|set-environment|link)$/;

function changesService({ name, args }: SimpleCommand): boolean {
  if (asksForHelp(args)) return false;
  const words = readOptions(args, {
    letters: 'tpnoHMs',
    valued: ['type', 'property', 'state', 'lines', 'output', 'host', 'machine', 'signal'],
  }).operands.map(({ text }) => text);
  if (name === 'service' || name === 'rc-service') return words.some((word, index) => index > 0 && stops.test(word));
  if (/^(?:stop|start|restart)$/.test(name)) return false;
  return stops.test(words[0] ?? '') || (name === 'brew' && words[0] === 'services' && stops.test(words[1] ?? ''));
}

function changesFirewall({ name, args }: SimpleCommand): boolean {
  const words = args.map(({ text }) => text);
  if (words.includes('--dry-run') || (name === 'nft' && words.includes('-c'))) return false;
  const pattern = firewallChanges[name];
  return pattern === undefined || words.some((word) => pattern.test(word));
}

const chainChange =
  /^(?:-F|--flush|-X|--delete-chain|-Z|-P|--policy|-D|--delete|-E|-A|-I|-R|-N|--append|--insert|--replace|--new-chain)$/;

/** Words that change each firewall; tools that are not named here only change. */
const firewallChanges: Record<string, RegExp> = {
  iptables: chainChange,
  ip6tables: chainChange,
  ebtables: chainChange,
  arptables: chainChange,
  nft: /^(?:flush|delete|destroy|add|insert|replace|reset|-f|--file)$/,
  ufw: /^(?:disable|reset|delete|enable|allow|deny|default|reject|limit|reload|insert)$/,
  'firewall-cmd': /^--(?:remove|add|reload|complete-reload|panic-on|set|delete|change|permanent)/,
  ipset: /^(?:flush|destroy|del|-F|-X|-D)$/,
  pfctl: /^-(?:F|d|f|e)/,
  netsh: /^(?:delete|reset|set|add)$/i,
};

const networkChange = /^(?:del|delete|flush|down|set|replace|change|add|prepend|append|exec|save)$/;

/** Programs that search networks, or listen to what others say in them. */
const watchers = new Set(['nmap', 'masscan', 'tcpdump', 'tshark', 'dumpcap']);

function watchesNetwork(name: string, words: readonly string[]): boolean {
  const plain = words.filter((word) => !word.startsWith('-'));
  if (name === 'nmap' || name === 'masscan')
    return plain.some((word) => !/^(?:localhost|127(?:\.\d+){3}|::1|[\d,-]+)$/.test(word));
  return words.length > 0 && !words.some((word) => /^-\w*[rD]/.test(word));
}

function changesNetwork({ name, args }: SimpleCommand): boolean {
  const words = args.map(({ text }) => text);
  const plain = words.filter((word) => !word.startsWith('-'));
  if (name === 'networksetup') return words.some((word) => /^-(?:set|remove|delete|create)/i.test(word));
  if (name === 'ip') return networkChange.test(plain[1] ?? '') && plain.slice(0, 2).join(' ') !== 'netns exec';
  if (name === 'ifconfig' && plain.length < 2) return false;
  if (watchers.has(name)) return watchesNetwork(name, words);
  return plain.some((word) => networkChanges[name]?.test(word));
}

const networkChanges: Record<string, RegExp> = {
  ifconfig: /^(?:down|up|delete|add|netmask|hw|mtu)$|^\d/,
  route: /^(?:del|delete|flush|add|change)$/,
  nmcli: /^(?:down|delete|off|modify|disconnect|del)$/,
  tc: /^(?:add|del|delete|replace|change)$/,
  'wg-quick': /^(?:down|save|strip)$/,
  ifdown: /./,
  arp: /^-[ds]$/,
  brctl: /^(?:del\w+|add\w+|set\w+|stp)$/,
  'ovs-vsctl': /^(?:del-\S+|add-\S+|set\S*|clear|remove|destroy|emer-reset)$/,
};

export const serviceRules: readonly Rule[] = [
  {
    id: 'services.change',
    verdict: 'ask',
    programs: [
      'systemctl',
      'service',
      'rc-service',
      'sv',
      'supervisorctl',
      'launchctl',
      'initctl',
      'rc-update',
      'update-rc.d',
      'chkconfig',
      'brew',
      'sc',
      'net',
      'pm2',
      'monit',
      's6-svc',
      'runsvchdir',
    ],
    matches: (command) =>
      command.name === 'pm2'
        ? /^(?:delete|kill|stop|flush|unstartup)$/.test(command.args[0]?.text ?? '')
        : command.name === 'brew'
          ? command.args[0]?.text === 'services' && changesService(command)
          : changesService(command),
    reason: 'This stops, restarts or reconfigures a service that others may use.',
    saferWay: 'Look at it with status, and run what you need as a process of your own.',
    examples: {
      ng: [
        'systemctl stop nginx',
        'sudo systemctl disable --now sshd',
        'service mysql stop',
        'systemctl restart postgresql',
        'launchctl unload x.plist',
        'supervisorctl stop all',
        'brew services stop redis',
        'pm2 delete all',
      ],
      ok: [
        'systemctl status nginx',
        'service mysql status',
        'systemctl list-units',
        'systemctl --user status',
        'brew services list',
        'pm2 list',
        'systemctl is-active x',
      ],
    },
  },
  {
    id: 'services.firewall',
    verdict: 'deny',
    programs: [
      'iptables',
      'ip6tables',
      'ebtables',
      'arptables',
      'nft',
      'ufw',
      'firewall-cmd',
      'ipset',
      'pfctl',
      'iptables-restore',
      'ip6tables-restore',
      'netsh',
    ],
    matches: changesFirewall,
    reason: 'This changes the firewall of the machine.',
    saferWay: 'List the rules and say which should change.',
    examples: {
      ng: [
        'iptables -F',
        'iptables -A INPUT -j ACCEPT',
        'nft flush ruleset',
        'ufw disable',
        'firewall-cmd --reload',
        'ip6tables -X',
        'pfctl -F all',
      ],
      ok: [
        'iptables -L -n',
        'iptables -S',
        'nft list ruleset',
        'ufw status',
        'firewall-cmd --list-all',
        'pfctl -sr',
        'ipset list',
      ],
    },
  },
  {
    id: 'services.network',
    verdict: 'ask',
    programs: [
      'ip',
      'ifconfig',
      'route',
      'nmcli',
      'networksetup',
      'tc',
      'wg-quick',
      'ifdown',
      'brctl',
      'arp',
      'ovs-vsctl',
      'nmap',
      'tcpdump',
      'tshark',
      'dumpcap',
      'masscan',
    ],
    matches: changesNetwork,
    reason: 'This changes or searches the network of the machine.',
    saferWay: 'Look with ip addr and ip route, and say what should change.',
    examples: {
      ng: [
        'tcpdump -i any',
        'ip link set eth0 down',
        'ip route del default',
        'ip addr flush dev eth0',
        'ifconfig eth0 down',
        'route delete default',
        'nmcli con delete x',
        'nmap -sS 10.0.0.0/8',
        'ifdown eth0',
      ],
      ok: ['ip addr', 'ip route show', 'ip -br link', 'ifconfig', 'ifconfig eth0', 'route -n', 'nmcli device status'],
    },
  },
  {
    id: 'services.time-and-name',
    verdict: 'ask',
    programs: [
      'hostnamectl',
      'timedatectl',
      'localectl',
      'hostname',
      'date',
      'hwclock',
      'sysctl',
      'modprobe',
      'insmod',
      'rmmod',
      'setenforce',
      'dmesg',
      'journalctl',
      'update-alternatives',
      'ldconfig',
      'resolvectl',
      'scutil',
      'defaults',
      'csrutil',
      'spctl',
      'setenforce',
      'auditctl',
    ],
    matches: changesMachine,
    reason: 'This changes the machine itself or removes its records.',
    saferWay: 'Say what should change on the machine; a person does it.',
    examples: {
      ng: [
        'sysctl -w net.ipv4.ip_forward=1',
        'modprobe evil',
        'rmmod x',
        'setenforce 0',
        'dmesg -C',
        'journalctl --vacuum-time=1s',
        'hostnamectl set-hostname x',
        'date -s 2001-01-01',
        'defaults delete com.apple.dock',
        'csrutil disable',
      ],
      ok: [
        'sysctl -a',
        'date',
        'date +%s',
        'hostname',
        'journalctl -u x',
        'dmesg',
        'timedatectl',
        'date -d yesterday',
        'defaults read com.apple.dock',
        'getenforce',
      ],
    },
  },
];

function changesMachine({ name, args }: SimpleCommand): boolean {
  if (asksForHelp(args)) return false;
  const words = args.map(({ text }) => text);
  if (name === 'modprobe' && words.some((word) => /^(?:-n|--dry-run|--show|-c|-D|--show-depends)$/.test(word)))
    return false;
  return words.some((word) => (machineChanges[name] ?? settingChange).test(word));
}

const settingChange =
  /^(?:set-.*|set|--set|--install|--remove|disable|--master-disable|flush-caches|revert|clear|--config|--auto)$/;

const machineChanges: Record<string, RegExp> = {
  modprobe: /./,
  insmod: /./,
  rmmod: /./,
  setenforce: /./,
  sysctl: /^(?:-w|--write|-p|--load|--system)|^[\w./-]+=/,
  dmesg: /^(?:-\w*[CcD]\w*|--clear|--read-clear|--console-off)$/,
  journalctl: /^--(?:vacuum|rotate|flush|relinquish|smart-relinquish)/,
  date: /^(?:-s|--set)/,
  hostname: /^[^-]/,
  hwclock: /^(?:-w|-s|--systohc|--hctosys|--set)/,
  defaults: /^(?:write|delete|import|rename)$/,
  auditctl: /^-(?:D|e|d|W)/,
};
