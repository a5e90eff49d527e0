import type { Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, literal, sliceWord } from '../word.ts';
import { isForeign, originOf } from './files.ts';
import { optionValue, readOptions } from './options.ts';
import type { Call, Shell } from './state.ts';

/** Folders that this very line fills from elsewhere, by a clone or an archive off the network: nobody has looked at what lies there. */

const mark = (folder: string) => `${folder}/**`;

function bring(shell: Shell, folder: Word): void {
  if (isExact(folder))
    shell.walk.files.set(mark(resolvePath(folder.text, shell.cwd)), { paths: [], network: true, text: undefined });
}

export function isBrought(path: Word, shell: Shell): boolean {
  if (!isExact(path) || ![...shell.walk.files.keys()].some((file) => file.endsWith('/**'))) return false;
  const parts = resolvePath(path.text, shell.cwd).split('/');
  return (
    parts.some((_, end) => end > 0 && shell.walk.files.has(mark(parts.slice(0, end).join('/')))) ||
    (shell.walk.files.has(mark('.')) && !path.text.startsWith('/'))
  );
}

/** `git clone ADDRESS FOLDER`, by default the address's last part. */
export function noteClone(call: Call, args: readonly Word[]): void {
  const { operands } = readOptions(args, {
    valued: 'bcojJu',
    longValued: [
      'branch',
      'depth',
      'config',
      'origin',
      'reference',
      'template',
      'filter',
      'upload-pack',
      'separate-git-dir',
    ],
    anywhere: true,
  });
  const [address, folder] = operands;
  if (address === undefined || !/:|\.git$/.test(address.text)) return;
  const last =
    address.text
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? '';
  bring(call.shell, folder ?? literal(last));
}

type Unpacking = { archive: Word | undefined; folder: Word };

/** `tar xzf a.tgz`, `tar -x -C to`, `unzip a.zip -d to`; undefined where nothing is unpacked. */
function readUnpacking({ name, args }: Call): Unpacking | undefined {
  const read = readOptions(args, { valued: 'fCITXd', longValued: ['file', 'directory'], anywhere: true });
  const bundled = name.includes('tar') && /^[a-zA-Z]*x[a-zA-Z]*$/.test(args[0]?.text ?? '');
  const asked = read.options.some(({ name: option }) => option === '-x' || option === '--extract');
  if (name !== 'unzip' && !bundled && !asked) return undefined;
  const [first] = bundled ? read.operands.slice(1) : read.operands;
  return {
    archive: optionValue(read, '-f', '--file') ?? first,
    folder: optionValue(read, '-C', '--directory', '-d') ?? literal('.'),
  };
}

/** An archive that is read from the network, or that this line downloaded, unpacked. */
export function noteUnpacked(call: Call): void {
  const unpacking = readUnpacking(call);
  if (unpacking === undefined) return;
  const { archive, folder } = unpacking;
  const named = archive !== undefined && archive.text !== '-' && isExact(archive);
  const foreign = named ? originOf(call.shell, archive)?.network === true : isForeign(call.stdin, call.shell);
  if (foreign) bring(call.shell, folder);
}

/** `gh repo clone a/b`, `hg clone`, `svn checkout`. */
export function noteCheckout(call: Call): void {
  const words = readOptions(call.args, { anywhere: true }).operands;
  const at = words.findIndex(({ text }) => /^(?:clone|checkout|co)$/.test(text));
  const [address, folder] = words.slice(at + 1);
  if (at < 0 || address === undefined) return;
  bring(call.shell, folder ?? sliceWord(address, address.text.replace(/\/+$/, '').lastIndexOf('/') + 1));
}
