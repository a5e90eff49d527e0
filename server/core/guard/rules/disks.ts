import type { SimpleCommand } from '../interpreted.ts';
import { asksForHelp, readOptions } from '../options.ts';
import { placeOf } from '../path-scope.ts';
import type { Rule, RuleContext } from '../rule.ts';

function helps({ args }: SimpleCommand): boolean {
  return (
    asksForHelp(args) ||
    args.some(({ text }) => text === '-h' || text === '--longhelp' || text === '-V' || text === '-?')
  );
}

/** What each tool for disks does when it only looks; anything else is a change. */
const looks: Record<string, (command: SimpleCommand) => boolean> = {
  fdisk: ({ args }) => readOptions(args, { letters: 'bCHSutoL' }).has('l', 's', 'list', 'x', 'getsz', 'v'),
  sfdisk: ({ args }) =>
    readOptions(args, { letters: 'NXYo' }).has(
      'l',
      'd',
      'n',
      's',
      'V',
      'J',
      'F',
      'list',
      'dump',
      'no-act',
      'show-size',
      'json',
      'verify',
      'list-free',
      'show-geometry',
    ),
  cfdisk: ({ args }) => readOptions(args).has('r', 'read-only'),
  gdisk: ({ args }) => readOptions(args).has('l'),
  cgdisk: () => false,
  sgdisk: ({ args }) =>
    readOptions(args).has('P', 'pretend') ||
    (readOptions(args).names.every((name) =>
      ['p', 'print', 'i', 'info', 'v', 'verify', 'b', 'backup'].includes(name),
    ) &&
      args.length > 1),
  parted: ({ args }) => {
    const { operands, has } = readOptions(args, { letters: 'a', valued: ['align'] });
    return (
      has('l', 'list', 'version') ||
      operands.length === 0 ||
      (operands.length > 1 &&
        operands
          .slice(1)
          .every(({ text }) =>
            /^(?:print|all|free|list|unit|[kMGT]?i?B|s|%|help|quit|align-check|opt|min|\d+)$/.test(text),
          ))
    );
  },
  wipefs: ({ args }) => {
    const options = readOptions(args, { letters: 'to', valued: ['types', 'offset', 'output'] });
    return options.has('n', 'no-act') || !options.has('a', 'all', 'o', 'offset');
  },
  cryptsetup: ({ args }) =>
    /^(?:luksDump|status|isLuks|luksUUID|benchmark|tcryptDump|bitlkDump)$/.test(
      readOptions(args, { letters: 'chsd' }).operands[0]?.text ?? '',
    ) || args.some(({ text }) => text === '--test-passphrase'),
  mdadm: ({ args }) =>
    readOptions(args).names.every((name) =>
      [
        'detail',
        'D',
        'examine',
        'E',
        'scan',
        's',
        'query',
        'Q',
        'verbose',
        'v',
        'test',
        't',
        'export',
        'Y',
        'brief',
        'b',
      ].includes(name),
    ) && args.length > 0,
  hdparm: ({ args }) =>
    !args.some(({ text }) =>
      /^--(?:security-(?:erase|set-pass|disable|freeze|unlock)|trim-sector|make-bad-sector|write-sector|yes-i-know|dco-restore|fwdownload|repair-sector)/.test(
        text,
      ),
    ),
  nvme: ({ args }) =>
    !/^(?:format|sanitize|delete-ns|detach-ns|write|write-zeroes|dsm|fw-commit|fw-activate|reset|subsystem-reset|security-send)$/.test(
      args[0]?.text ?? '',
    ),
  badblocks: ({ args }) => !readOptions(args, { letters: 'bcdeiopt' }).has('w', 'n'),
  debugfs: ({ args }) => !readOptions(args, { letters: 'bsdfR' }).has('w'),
  dmsetup: ({ args }) => /^(?:ls|info|status|table|deps|version|targets|udevcookies)$/.test(args[0]?.text ?? ''),
  losetup: ({ args }) =>
    readOptions(args, { letters: 'o' }).has('a', 'l', 'f', 'j', 'list', 'all', 'find') || args.length === 0,
  e2fsck: ({ args }) => readOptions(args).has('n'),
  fsck: ({ args }) => readOptions(args).has('N', 'n'),
  xfs_repair: ({ args }) => readOptions(args).has('n'),
  tune2fs: ({ args }) => readOptions(args).has('l'),
  swapon: ({ args }) => readOptions(args).has('s', 'show', 'summary') || args.length === 0,
  diskutil: ({ args }) =>
    /^(?:list|info|activity|listfilesystems|verifydisk|verifyvolume|help)$/i.test(args[0]?.text ?? '') ||
    (/^(?:apfs|ap|cs|corestorage)$/i.test(args[0]?.text ?? '') && /^list/i.test(args[1]?.text ?? '')),
  xfs_growfs: ({ args }) => readOptions(args).has('n'),
  resize2fs: ({ args }) => readOptions(args).has('P'),
};

const makers =
  /^(?:mkfs(?:\..+)?|mke2fs|mkswap|mkdosfs|mkntfs|mkudffs|newfs(?:_\w+)?|blkdiscard|blkzone|diskpart|format(?:\.com)?|wodim|cdrecord|growisofs|testdisk|shrinkvolume|nwipe|dban|fsfreeze|zerofree|sg_format|sg_sanitize|scrub|partprobe|fixparts|gpart|resizepart|addpart|delpart|swapoff|restore|xfsrestore|fsarchiver|partclone\..*|partimage|dump|xfsdump|e2image|btrfs-convert|mkbootdisk|grub-install|grub2-install|efibootmgr|dcfldd|ddrescue)$/;

/** Tells what it would make: `-n` of the ext family, `-N` of XFS. */
function onlyPlans({ name, args }: SimpleCommand): boolean {
  const kind = name === 'mkfs' ? readOptions(args, { letters: 't' }).values('t', 'type')[0]?.text : name.slice(5);
  if (name === 'mke2fs' || /^ext[234]$/.test(kind ?? ''))
    return readOptions(args, { letters: 'bCdeEgGiIJlLmMNoOrtTUz' }).has('n');
  return kind === 'xfs' && readOptions(args, { letters: 'bmdilLnprst' }).has('N');
}

/** A file system in a file that lies in a folder for temporary files is nobody's disk. */
function onImage(command: SimpleCommand, { facts }: RuleContext): boolean {
  const files = command.args.filter(({ text }) => text.includes('/'));
  return files.length > 0 && files.every((word) => placeOf(word, command, facts).scope === 'temp');
}

const volumeChange =
  /^(?:lv|vg|pv)(?:remove|reduce|change|extend|resize|rename|convert|create|move|split|merge|export|import|cfgrestore|ck|importclone|importdevices)$/;

/** Programs of LVM and of file systems with verbs. */
function changesVolume(command: SimpleCommand): boolean {
  if (command.args.some(({ text }) => text === '-t' || text === '--test')) return false;
  if (command.name === 'lvm') return volumeChange.test(command.args[0]?.text ?? '');
  return volumeChange.test(command.name);
}

const looksOnly: Record<string, RegExp> = {
  zfs: /^(?:list|get|diff|holds|version|userspace|groupspace|mount|program|help)$/,
  zpool: /^(?:list|get|status|iostat|history|events|version|wait|help)$/,
  btrfs:
    /^(?:filesystem|fi|device|dev|subvolume|sub|scrub|inspect-internal|version|help|quota|qgroup|property|balance|send|receive|check)$/,
};

const btrfsChange =
  /^(?:del|delete|rem|remove|resize|set-default|replace|start|rescue|rm|restore|--repair|destroy|disable|clear)$/;

function changesPool({ name, args }: SimpleCommand): boolean {
  const [verb = '', second = ''] = readOptions(args, { letters: 'ot' }).operands.map(({ text }) => text);
  if (verb === '' || args.some(({ text }) => /^-nv?r?$/.test(text))) return false;
  if (name === 'btrfs')
    return !looksOnly['btrfs']?.test(verb) || btrfsChange.test(second) || args.some(({ text }) => text === '--repair');
  return !looksOnly[name]?.test(verb) && !keepsData[name]?.test(verb);
}

/** Verbs that change a pool and take nothing out of it. */
const keepsData: Record<string, RegExp> = {
  zfs: /^(?:create|snapshot|snap|bookmark|hold|send|clone|upgrade|share)$/,
  zpool: /^(?:scrub|upgrade|online|clear|import)$/,
};

export const diskRules: readonly Rule[] = [
  {
    id: 'disks.change',
    verdict: 'deny',
    programs: Object.keys(looks),
    matches: (command) => !helps(command) && looks[command.name]?.(command) === false,
    reason: 'This changes a disk, its partitions or its file system.',
    saferWay: 'Look at it with lsblk or the tool’s list option, and let a person change it.',
    examples: {
      ng: [
        'fdisk /dev/sda',
        'sudo parted /dev/sda rm 1',
        'wipefs -a /dev/sdb',
        'cryptsetup luksFormat /dev/sdb',
        'sfdisk --delete /dev/sda 2',
        'mdadm --zero-superblock /dev/sdb1',
        'nvme format /dev/nvme0n1',
        'hdparm --security-erase x /dev/sda',
        'sgdisk -Z /dev/sda',
        'diskutil eraseDisk APFS x disk2',
      ],
      ok: [
        'fdisk -l',
        'parted -l',
        'parted /dev/sda print',
        'sfdisk -d /dev/sda',
        'wipefs /dev/sda',
        'cryptsetup status x',
        'mdadm --detail /dev/md0',
        'nvme list',
        'hdparm -I /dev/sda',
        'sfdisk --no-act --delete /dev/sda',
        'diskutil list',
        'gdisk -l /dev/sda',
      ],
    },
  },
  {
    id: 'disks.format',
    verdict: 'deny',
    programs: 'any',
    matches: (command, context) =>
      makers.test(command.name) &&
      !helps(command) &&
      !onlyPlans(command) &&
      !onImage(command, context) &&
      command.args.length > 0 &&
      !(command.name === 'format' && !/^[a-z]:/i.test(command.args[0]?.text ?? '')),
    reason: 'This makes a new file system or writes a disk anew: what was there is gone.',
    saferWay: 'Work on an image file, and let a person do it to a disk.',
    examples: {
      ng: [
        'mkfs.ext4 /dev/sda1',
        'mkfs -t xfs /dev/sdb',
        'mkswap /dev/sda2',
        'blkdiscard /dev/nvme0n1',
        'swapoff -a',
        'format c: /q',
        'newfs_msdos /dev/disk2',
      ],
      ok: [
        'mkfs.ext4 -q /tmp/fs.img',
        'mkfs.ext4 --help',
        'mkfs.ext4 -n /dev/sda',
        'mkfs.xfs -N /dev/sda',
        'prettier --write x',
        'cargo format',
        'lsblk',
        'blkid',
      ],
    },
  },
  {
    id: 'disks.volume',
    verdict: 'deny',
    programs: [
      'lvm',
      ...['lv', 'vg', 'pv'].flatMap((kind) =>
        [
          'remove',
          'reduce',
          'change',
          'extend',
          'resize',
          'rename',
          'convert',
          'create',
          'move',
          'split',
          'merge',
          'export',
          'import',
          'ck',
          'cfgrestore',
        ].map((verb) => kind + verb),
      ),
    ],
    matches: (command) => !helps(command) && changesVolume(command),
    reason: 'This changes the volumes that file systems lie on.',
    saferWay: 'Look with lvs, vgs and pvs, and let a person change them.',
    examples: {
      ng: [
        'lvremove vg0/data',
        'vgremove -f vg0',
        'pvremove /dev/sdb',
        'lvm lvreduce -L 1G vg0/x',
        'lvresize -L -5G vg0/x',
      ],
      ok: ['lvs', 'lvremove --help', 'lvm version', 'vgdisplay', 'lvremove --test vg0/x'],
    },
  },
  {
    id: 'disks.pool',
    verdict: 'deny',
    programs: ['zfs', 'zpool', 'btrfs'],
    matches: (command) => !helps(command) && changesPool(command),
    reason: 'This removes or rolls back a pool, a volume or its snapshots.',
    saferWay: 'Take a snapshot, list what is there, and let a person remove it.',
    examples: {
      ng: [
        'zfs destroy -r tank/data',
        'zpool destroy tank',
        'zfs rollback tank/data@x',
        'btrfs subvolume delete /mnt/x',
        'btrfs sub del /mnt/x',
        'zpool create -f tank sdb',
        'zpool labelclear -f /dev/sdb',
      ],
      ok: [
        'zfs list',
        'zfs create tank/x',
        'zpool status',
        'zfs snapshot tank/x@now',
        'zfs destroy -nv tank/x',
        'btrfs subvolume list /',
      ],
    },
  },
  {
    id: 'disks.mount',
    verdict: 'ask',
    programs: ['mount', 'umount', 'unmount', 'fusermount', 'sshfs', 'pivot_root', 'kpartx', 'setquota', 'edquota'],
    matches: (command) =>
      !helps(command) &&
      (command.args.some(({ text }) => !text.startsWith('-')) ||
        (command.name === 'umount' && readOptions(command.args).has('a', 'all'))) &&
      !(command.name === 'mount' && readOptions(command.args, { letters: 'to' }).has('l')),
    reason: 'This changes which file systems the machine sees.',
    saferWay: 'Let a person mount it and name the folder.',
    examples: {
      ng: ['mount /dev/sdb1 /mnt', 'umount /data', 'umount -a', 'mount -o remount,rw /'],
      ok: ['mount', 'mount -l', 'df -h', 'findmnt'],
    },
  },
];
