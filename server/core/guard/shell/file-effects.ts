import type { Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, joinWords, literal, sliceWord } from '../word.ts';
import { noteCheckout, noteUnpacked } from './brought-folders.ts';
import { derive, isForeign, originOf, recordFile } from './files.ts';
import { optionValue, readOptions, hasOption } from './options.ts';
import type { Call } from './state.ts';

/** Files that programs write, so that a script is known when it runs and a secret when its copy leaves. */

type Effect = (call: Call) => void;

const operands = (call: Call, valued = '') => readOptions(call.args, { valued, anywhere: true }).operands;

/** `cp a b to`: into the last word, or the folder that `-t` names. */
const copy: Effect = (call) => {
  const read = readOptions(call.args, {
    valued: 'tSmog',
    longValued: ['target-directory', 'suffix', 'mode', 'owner', 'group'],
    anywhere: true,
  });
  const folder = optionValue(read, '-t', '--target-directory');
  const sources = folder === undefined ? read.operands.slice(0, -1) : read.operands;
  const target = folder ?? read.operands.at(-1);
  if (target === undefined || sources.length === 0) return;
  derive(call.shell, { to: target, from: sources });
  for (const source of sources) derive(call.shell, { to: within(target, source), from: [source] });
};

const within = (folder: Word, source: Word): Word =>
  joinWords([folder, literal('/'), sliceWord(source, source.text.lastIndexOf('/') + 1)]);

const link: Effect = (call) => {
  const words = operands(call, 'tS');
  const [source, target] = words;
  if (source === undefined) return;
  const to = target ?? sliceWord(source, source.text.lastIndexOf('/') + 1);
  derive(call.shell, { to, from: [source] });
  const origin = originOf(call.shell, to);
  if (origin !== undefined && isExact(source))
    call.shell.walk.files.set(resolvePath(to.text, call.shell.cwd), { ...origin, link: source.text });
};

const download: Effect = (call) => {
  const isWget = call.name === 'wget';
  const read = readOptions(call.args, {
    valued: isWget ? 'OoaPiQtTweAURlD' : 'oHdFXuAbceEmTxyKw',
    longValued: ['output', 'output-dir', 'output-document', 'directory-prefix', 'header', 'data', 'request'],
    anywhere: true,
  });
  const target = isWget ? optionValue(read, '-O', '--output-document') : optionValue(read, '-o', '--output');
  const byName = isWget ? target === undefined : hasOption(read, '-O', '--remote-name');
  const named =
    target === undefined && byName ? read.operands.map((url) => sliceWord(url, url.text.lastIndexOf('/') + 1)) : [];
  const folder = optionValue(read, '--output-dir', ...(isWget ? ['-P', '--directory-prefix'] : []));
  const plain = [...(target === undefined ? [] : [target]), ...named];
  for (const to of folder === undefined ? plain : plain.map((word) => within(folder, word)))
    if (to.text !== '-' && to.text !== '') derive(call.shell, { to, from: fileUrls(read.operands), network: true });
};

const fileUrls = (words: readonly Word[]) =>
  words.filter(({ text }) => text.startsWith('file://')).map((word) => sliceWord(word, 'file://'.length));

const receive: Effect = (call) => {
  const words = operands(call, call.name === 'scp' ? 'cDFiJloPSX' : 'eTfMB');
  const target = words.at(-1);
  const sources = words.slice(0, -1);
  if (target === undefined || /^[^/]+:/.test(target.text)) return;
  const network = sources.some(({ text }) => /^[^/]+:/.test(text));
  derive(call.shell, { to: target, from: sources, network });
  for (const source of network ? sources : []) {
    const path = sliceWord(source, source.text.lastIndexOf(':') + 1);
    derive(call.shell, { to: within(target, path), from: [], network });
  }
};

const tee: Effect = (call) => {
  const append = hasOption(readOptions(call.args, { anywhere: true }), '-a', '--append');
  for (const target of operands(call))
    recordFile(call.shell, target, { content: call.stdin ?? { text: undefined, from: [] }, append });
};

const blocks: Effect = (call) => {
  const value = (key: string) =>
    call.args.filter(({ text }) => text.startsWith(`${key}=`)).map((word) => sliceWord(word, 3))[0];
  const [source, target] = [value('if'), value('of')];
  if (target === undefined) return;
  if (source !== undefined) derive(call.shell, { to: target, from: [source] });
  else recordFile(call.shell, target, { content: call.stdin ?? { text: undefined, from: [] }, append: false });
};

/** `tar cf a.tar x`, `zip a.zip x`, `7z a a.7z x`, `ar r a x`. */
const pack: Effect = (call) => {
  noteUnpacked(call);
  const words = operands(call, call.name === 'tar' ? 'fCITX' : '');
  const read = readOptions(call.args, { valued: 'fCITX', longValued: ['file', 'directory'], anywhere: true });
  const old = call.name === 'tar' && /^[a-zA-Z]*f$/.test(words[0]?.text ?? '') ? words[1] : undefined;
  const target =
    call.name === 'tar' ? (optionValue(read, '-f', '--file') ?? old) : words.find(({ text }) => !/^[a-z]$/.test(text));
  if (target !== undefined && isExact(target))
    derive(call.shell, { to: target, from: words.filter((word) => word !== target) });
};

const squeeze =
  (ending: string): Effect =>
  (call) => {
    for (const word of operands(call, 'S'))
      derive(call.shell, { to: joinWords([word, literal(ending)]), from: [word] });
  };

/** `gunzip a.gz` leaves `a`. */
const unpack: Effect = (call) => {
  for (const word of operands(call, 'S')) {
    const end = word.text.lastIndexOf('.');
    if (end > 0) derive(call.shell, { to: sliceWord(word, 0, end), from: [word] });
  }
};

const downloadTo: Effect = (call) => {
  const read = readOptions(call.args, { valued: 'odx', longValued: ['out', 'dir'], anywhere: true });
  const target = optionValue(read, '-o', '--out') ?? (call.name === 'lwp-download' ? read.operands[1] : undefined);
  const named =
    call.name === 'aria2c' || call.name === 'axel'
      ? read.operands.map((url) => sliceWord(url, url.text.lastIndexOf('/') + 1))
      : [];
  for (const to of target === undefined ? named : [target]) derive(call.shell, { to, from: [], network: true });
};

const outputOption =
  (...names: string[]): Effect =>
  (call) => {
    const at = call.args.findIndex(({ text }) => names.includes(text));
    const attached = call.args.find(({ text }) => names.some((name) => text.startsWith(`${name}=`)));
    const target = at >= 0 ? call.args[at + 1] : attached && sliceWord(attached, attached.text.indexOf('=') + 1);
    if (target === undefined) return;
    derive(call.shell, {
      to: target,
      from: call.args.filter((word) => word !== target && !word.text.startsWith('-')),
      network: isForeign(call.stdin, call.shell),
    });
  };

const effects: Record<string, Effect> = {
  cp: copy, mv: copy, install: copy, gcp: copy, gmv: copy, ginstall: copy, ln: link, gln: link, link,
  curl: download, wget: download, scp: receive, rsync: receive, tee, dd: blocks,
  tar: pack, gtar: pack, bsdtar: pack, zip: pack, '7z': pack, '7za': pack, rar: pack, ar: pack,
  unzip: noteUnpacked, gh: noteCheckout, glab: noteCheckout, hg: noteCheckout, svn: noteCheckout,
  gzip: squeeze('.gz'), pigz: squeeze('.gz'), bzip2: squeeze('.bz2'), xz: squeeze('.xz'), zstd: squeeze('.zst'), lz4: squeeze('.lz4'), compress: squeeze('.Z'),
  openssl: outputOption('-out'), gpg: outputOption('-o', '--output'), sort: outputOption('-o', '--output'), aria2c: downloadTo, 'lwp-download': downloadTo, axel: downloadTo,
  gunzip: unpack, bunzip2: unpack, unxz: unpack, unzstd: unpack, uncompress: unpack,
  base64: outputOption('-o', '--output'), age: outputOption('-o', '--output'), uuencode: outputOption('-o'), http: outputOption('-o', '--output'),
  split: (call) => { const [source, prefix] = operands(call, 'bCln'); if (source !== undefined) derive(call.shell, { to: joinWords([prefix ?? literal('x'), literal('aa')]), from: [source] }); },
}; // prettier-ignore

export function noteFiles(call: Call): void {
  const effect = Object.hasOwn(effects, call.name) ? effects[call.name] : undefined;
  effect?.(call);
}
