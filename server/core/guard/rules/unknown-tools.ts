import type { SimpleCommand } from '../interpreted.ts';
import type { Rule } from '../rule.ts';
import { isTrial } from './service-verbs.ts';

/** A tool that no rule knows, with a verb that destroys where verbs stand: `ceph osd pool delete data`. */

/** Programs whose first words are texts, paths or names; and those that other rules know by all their verbs. */
const known = new Set(
  (
    'echo printf print test [ [[ : true false exit return read expr let say logger notify-send cowsay figlet banner yes seq sleep wait type which whereis whatis apropos man info help tldr cheat command hash history fc alias unalias export unset set declare local readonly typeset cd pushd popd dirs pwd source . eval exec trap ' +
    'grep egrep fgrep rg ag ack ugrep zgrep find fd fdfind locate sed awk gawk mawk perl python python3 ruby node deno bun php lua tr cut sort uniq head tail cat tac less more nl wc od xxd hexdump strings tee diff cmp comm join paste fold fmt column jq yq gojq xq dasel mlr xsv csvkit bat delta ls exa eza tree stat file du df touch mkdir cp mv ln rm rmdir unlink chmod chown chgrp install basename dirname realpath readlink mktemp tar zip unzip gzip ' +
    'git gh glab hub hg svn jj npm npx pnpm yarn bun pip pip3 pipx uv poetry pdm hatch rye conda mamba cargo rustup go gofmt gem bundle rake rails mvn gradle gradlew sbt ant dotnet mix rebar3 stack cabal composer pod swift xcodebuild flutter dart make cmake ninja meson bazel just task nx turbo lerna vite webpack rollup esbuild tsc eslint prettier jest vitest mocha pytest tox nox ruff black mypy ' +
    'curl wget http https xh httpie ssh scp sftp rsync nc ncat telnet ping dig host nslookup open xdg-open code vim vi nvim nano emacs ed tmux screen kill pkill killall docker podman nerdctl docker-compose kubectl helm oc brew apt apt-get dpkg yum dnf pacman apk snap nix asdf mise nvm pyenv rbenv volta crontab systemctl service launchctl journalctl psql mysql sqlite3 mongosh redis-cli ip nmcli iptables nft ufw trash del erase sdk timew taskwarrior todo todo.sh note nb zk jrnl'
  ).split(' '),
);

/** A program that everybody knows, whose words are no verbs for secrets, or whose verbs other rules know. */
export function isCommonProgram(name: string): boolean {
  return known.has(name);
}

const destroying =
  /^(?:delete|destroy|purge|terminate|wipe|nuke|obliterate|deprovision|decommission|teardown|undeploy|deregister|unregister|drop|truncate|flush|expunge)(?:[-_]\w+)*$|^\w+[-_:.](?:delete|destroy|purge|terminate|wipe|drop|truncate)$/i;
/** As verbs of their own they often mean small things: only behind a noun (`osd pool rm`, `cluster reset`). */
const removing = /^(?:rm|remove|del|erase|reset|uninstall|clear)$/i;

/** A plain name that no rule knows; what lies in the project is the project's own. */
function isUnknown({ name, program }: SimpleCommand, ruled: ReadonlySet<string>): boolean {
  return /^[a-z][\w.-]*$/.test(name) && !known.has(name) && !ruled.has(name) && !/^[^/]+\//.test(program.text);
}

function destroys(command: SimpleCommand, ruled: ReadonlySet<string>): boolean {
  const { args } = command;
  if (args.length === 0 || !isUnknown(command, ruled) || isTrial(command)) return false;
  const words = args.map(({ text }) => text).filter((word) => !word.startsWith('-'));
  const at = words.slice(0, 4).findIndex((word) => destroying.test(word) || removing.test(word));
  const verb = words[at];
  if (verb === undefined || !words.slice(0, at).every(isNoun)) return false;
  return destroying.test(verb) ? at > 0 || args.length > 1 : at > 0 && at < args.length - 1;
}

const isNoun = (word: string) => /^[a-z][\w-]*$/i.test(word) && !looking.test(word);

const looking =
  /^(?:get|list|ls|describe|show|status|view|search|find|plan|help|version|logs?|inspect|check|info|create|add|new|set|run|exec|test|explain|print|grep|say|warn|error|debug|import|export|open|edit|comment|note)$/i;

/** For tools that none of these rules look at by name. */
export const unknownToolRules = (others: readonly Rule[]): readonly Rule[] => {
  const ruled = new Set(others.flatMap(({ programs }) => (programs === 'any' ? [] : programs)));
  return [
    {
      id: 'services.unknown-destroy',
      verdict: 'ask',
      programs: 'any',
      matches: (command) => destroys(command, ruled),
      reason: 'Nothing is known of this tool but that it is told to remove something.',
      saferWay: 'Show what would be removed with list or describe, and let a person remove it.',
      examples: {
        ng: [
          'foo osd pool delete data data',
          'foocloud server destroy x',
          'acmectl clusters terminate prod',
          'barctl volume rm v1',
          'foo delete x',
        ],
        ok: [
          'foo list',
          'foo delete --help',
          'foo describe delete',
          'normal operation',
          'notes add delete',
          'foo create drop',
          'flutter clean',
          './tool delete x',
          'foo test purge',
          'acmectl delete x --dry-run',
        ],
      },
    },
  ];
};
