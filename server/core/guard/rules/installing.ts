import type { SimpleCommand } from '../interpreted.ts';
import type { Rule } from '../rule.ts';
import { dryRun, verbs } from './packages.ts';

const installers = [
  'npm',
  'pnpm',
  'yarn',
  'bun',
  'pip',
  'pip3',
  'pipx',
  'uv',
  'gem',
  'cargo',
  'go',
  'npx',
  'brew',
  'apt',
  'apt-get',
  'yum',
  'dnf',
  'zypper',
  'pacman',
  'apk',
  'snap',
  'flatpak',
  'dpkg',
  'rpm',
  'uvx',
  'pnpx',
  'bunx',
  'easy_install',
  'conda',
  'poetry',
  'winget',
  'choco',
  'code',
  'cpan',
  'cpanm',
  'luarocks',
  'composer',
  'nix-env',
  'port',
  'installer',
  'easy-install',
];

const systemInstall = /^(?:install|add|reinstall|upgrade|update|tap|localinstall|groupinstall|downgrade)$/;
const strangeSource = /^(?:git\+|git:|https?:\/\/|file:\/\/|ssh:\/\/|\S+\.(?:tgz|whl|tar\.gz|deb|rpm|vsix|gem|zip)$)/;
const knownIndexes =
  /^https:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|rubygems\.org|registry\.npmmirror\.com|index\.crates\.io|npm\.pkg\.github\.com|download\.pytorch\.org)(?:\/|$)/;

const indexOption =
  /^(?:--registry|--index-url|--extra-index-url|-i|--find-links|--source|--index|--default-index)(?:=|$)/;
const projectTools = /^(?:npm|pnpm|yarn|bun|pip3?|pipx|uv|gem|cargo|npx|go|poetry|uvx|pnpx|bunx)$/;

/** Another registry than the usual ones. */
function namesIndex(words: readonly string[]): boolean {
  return words.some((word, at) => {
    if (!indexOption.test(word)) return false;
    const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words[at + 1] ?? '');
    if (word === '-i' && !/^https?:/.test(value)) return false;
    return !knownIndexes.test(value);
  });
}

function namesAddress(words: readonly string[]): boolean {
  return words.some(
    (word, at) =>
      strangeSource.test(word) && !/^(?:-i|--\S*(?:index|registry|url|links|source)\S*)$/.test(words[at - 1] ?? ''),
  );
}

/** Tools whose plain install puts programs into the home folder. */
const homeInstall: Record<string, RegExp> = {
  cargo: /^(?:install|binstall)$/,
  pipx: /^(?:install|inject)$/,
  gem: /^install$/,
};

function installsForProject(name: string, words: readonly string[], verb: string): boolean {
  if (homeInstall[name]?.test(verb) && !words.some((word) => /^--(?:path|user-install|install-dir)/.test(word)))
    return true;
  const everywhere = words.some((word) => /^(?:-g|--global|--location=global)$/.test(word)) || verb === 'global';
  if (everywhere && /^(?:npm|pnpm|bun|yarn)$/.test(name))
    return /^(?:i|in|install|add|update|global|link|upgrade|un|uninstall|remove|rm|r)$/.test(verb);
  if (namesAddress(words) && (name === 'npx' || /^(?:i|in|install|add|pip|get|tool|run|exec)$/.test(verb))) return true;
  return namesIndex(words) || words.includes('--break-system-packages') || words.includes('--trusted-host');
}

const machineInstall: Record<string, (words: readonly string[]) => boolean> = {
  code: (words) => words.includes('--install-extension'),
  dpkg: (words) => words.some((word) => /^(?:-i\w*|--install|--unpack)$/.test(word)),
  rpm: (words) => words.some((word) => /^(?:-i\w*|-U\w*|--install|--upgrade)$/.test(word) && !/^-\w*q/.test(word)),
  pacman: (words) => words.some((word) => /^-[SU]\w*$/.test(word) && !/[siql]/.test(word.slice(2))),
};

/** From then on packages come from another place, for everybody who works here. */
function changesRegistry(words: readonly string[]): boolean {
  const line = words.filter((word) => !word.startsWith('-')).join(' ');
  const value =
    /^config (?:set )?(?:\S+:)?(?:registry|npmRegistryServer|(?:global|install|site)\.(?:index-url|extra-index-url|trusted-host|find-links))[ =](\S+)/.exec(
      line,
    )?.[1];
  return value !== undefined && !knownIndexes.test(`${value}/`) && !knownIndexes.test(value);
}

/** Installs for the whole machine, from an address, or from another registry than the usual one. */
function installsStrangely(command: SimpleCommand): boolean {
  const { name, args } = command;
  if (dryRun(command)) return false;
  const words = args.map(({ text }) => text);
  const [verb = ''] = verbs(command);
  if (/^(?:npm|pnpm|yarn|pip3?|uv)$/.test(name) && changesRegistry(words)) return true;
  if (projectTools.test(name)) return installsForProject(name, words, verb);
  const special = machineInstall[name];
  if (special) return special(words);
  if (verb === 'update' && (name === 'brew' || name.startsWith('apt'))) return false;
  return !/^(?:composer|luarocks|cpanm?|conda)$/.test(name) && systemInstall.test(verb);
}

export const installingRules: readonly Rule[] = [
  {
    id: 'packages.install',
    verdict: 'ask',
    programs: installers,
    matches: installsStrangely,
    reason: 'This installs for the whole machine, or from where nobody looks.',
    saferWay: 'Add it to what the project needs, by its name in the usual registry.',
    examples: {
      ng: [
        'npm config set registry http://evil.example',
        'pip config set global.index-url http://evil.example',
        'npm install -g x',
        'cargo install x',
        'gem install x',
        'pip install git+https://example.com/x',
        'npm i --registry http://example.com x',
        'pip install --index-url https://example.com x',
        'apt-get install -y x',
        'brew install x',
        'dpkg -i x.deb',
        'npm i https://example.com/x.tgz',
        'yarn global add x',
        'pip install --break-system-packages x',
      ],
      ok: [
        'npm config set registry https://registry.npmjs.org/',
        'npm config get registry',
        'npm install',
        'npm ci',
        'npm i zod',
        'pip install -r requirements.txt',
        'pip install pytest',
        'yarn add zod',
        'cargo add serde',
        'cargo install --path .',
        'go get example.com/x',
        'apt-get update',
        'bundle install',
        'uv sync',
        'npx tsc',
        'brew list',
        'pip install -i https://pypi.org/simple x',
        'npm install -D vitest',
        'pip install -e .',
      ],
    },
  },
];
