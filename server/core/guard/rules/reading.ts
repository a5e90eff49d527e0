import type { SimpleCommand } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import { readGit } from './git-words.ts';

const readers = new Set(
  'ls cat head tail less more grep egrep fgrep rg ag wc stat file du df ps top htop id whoami who w groups uname uptime hostname date env printenv pwd echo printf which whereis type command hash man info help true false test [ [[ lsof ss netstat free vmstat iostat lscpu lsblk blkid lsusb lspci dmesg journalctl lsmod getent findmnt tree readlink realpath basename dirname diff cmp sort uniq cut tr nl od xxd hexdump strings md5sum sha1sum sha256sum pgrep pstree ping dig nslookup host traceroute lvs vgs pvs lvdisplay vgdisplay pvdisplay getfacl lsattr jq tac column sleep'.split(
    ' ',
  ),
);

const gitReaders =
  /^(?:status|log|diff|show|branch|remote|rev-parse|ls-files|ls-remote|ls-tree|describe|blame|shortlog|reflog|stash|config|cat-file|rev-list|merge-base|grep|for-each-ref|version|help|count-objects|fsck|whatchanged|name-rev|symbolic-ref|tag)$/;

const verbReaders: Record<string, RegExp> = {
  systemctl: /^(?:status|is-active|is-enabled|is-failed|list-.*|show|cat|get-default|help)$/,
  service: /^(?:status)$/,
  docker:
    /^(?:ps|images|logs|inspect|version|info|stats|top|port|history|search|diff|events|context|image|container|network|volume|system|compose)$/,
  podman:
    /^(?:ps|images|logs|inspect|version|info|stats|top|port|history|search|diff|image|container|network|volume|system)$/,
  kubectl: /^(?:get|describe|logs|top|explain|version|cluster-info|api-resources|api-versions|auth|diff|events)$/,
  apt: /^(?:list|search|show|policy|depends|rdepends|showsrc)$/,
  'apt-cache': /./,
  dpkg: /^$/,
  pip: /^(?:list|show|freeze|check|search|index|debug|config)$/,
  npm: /^(?:ls|list|view|info|outdated|audit|search|help|root|prefix|bin|why|explain|config)$/,
  brew: /^(?:list|info|search|outdated|doctor|deps|--version|config)$/,
  ufw: /^status$/,
  ip: /^(?:a|addr|address|l|link|r|route|neigh|rule|-br|maddr|netns)$/,
};

const listers = new Set([
  'fdisk',
  'sfdisk',
  'gdisk',
  'sgdisk',
  'parted',
  'losetup',
  'crontab',
  'iptables',
  'mount',
  'swapon',
  'dpkg',
  'tune2fs',
]);

function onlyLists({ name, args }: SimpleCommand): boolean {
  if (readers.has(name)) return true;
  if (name === 'find') return !args.some(({ text }) => /^-(?:delete|exec|execdir|ok|okdir|fls|fprint\w*)$/.test(text));
  if (/^ip6?tables-save$|^nft$/.test(name)) return name !== 'nft' || args[0]?.text === 'list';
  if (/^ip6?tables$/.test(name))
    return (
      args.some(({ text }) => /^-(?:\w*[LS]\w*|-list(?:-rules)?)$/.test(text)) &&
      !args.some(({ text }) => /^-(?:[FXZPDAIRNE]|-(?:flush|delete|append|insert|replace|policy|zero).*)$/.test(text))
    );
  return listers.has(name) && args.some(({ text }) => /^(?:-\w*l|--list|-p|print)$/.test(text));
}

/** Whether a command only looks, so that rights it was given do no harm; rules of their own still look at what it reads. */
export function onlyReads(command: SimpleCommand): boolean {
  const { name, args, redirects } = command;
  if (
    redirects.some(
      ({ kind, target }) =>
        kind !== '<' && !/^\/dev\/(?:null|stdout|stderr|fd\/\d)$|^\/tmp\/[\w.-]+$/.test(target.text),
    )
  )
    return false;
  if (args.some(({ text }) => text === '--help' || text === '--version' || text === '-V')) return true;
  if (onlyLists(command)) return true;
  if (name === 'git') return gitReaders.test(readGit(command)?.verb ?? 'help');
  const [first] = readOptions(args).operands;
  return verbReaders[name]?.test(first?.text ?? '') ?? false;
}
