import type { SimpleCommand } from '../interpreted.ts';
import { asksForHelp, readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';
import { wholeVerbs } from './service-verbs.ts';

/** Words of a call without options and their values. */
export function verbs({ name, args }: SimpleCommand): string[] {
  const letters = name === 'mvn' ? 'fPplD' : name === 'gradle' || name === 'gradlew' ? 'pbPD' : 'CF';
  return readOptions(args, {
    letters,
    valued: [
      'prefix',
      'workspace',
      'filter',
      'cwd',
      'dir',
      'registry',
      'manifest-path',
      'directory',
      'tag',
      'access',
      'otp',
      'repository',
      'token',
      'package',
      'project',
      'source',
      'api-key',
    ],
  }).operands.map(({ text }) => text);
}

export function dryRun({ args }: SimpleCommand): boolean {
  return (
    asksForHelp(args) ||
    args.some(
      ({ text }) =>
        /^(?:--dry-run(?:=true)?|--dry|--no-publish|--list|--simulate|--just-print|--no-act|--download-only|--print-uris|-n)$/.test(
          text,
        ) && text !== '-n',
    )
  );
}

const publishers = wholeVerbs({
  npm: /^(?:publish|unpublish|deprecate|dist-tag (?:add|rm|set)|owner (?:add|rm)|access (?!ls|list|get)\S+|team (?:create|destroy|add|rm)|stage publish|star|unstar|token (?:revoke|delete|create)|profile (?:set|enable-2fa|disable-2fa)|hook (?:add|rm|update)|org (?:set|rm)|undeprecate)/,
  pnpm: /^(?:publish|unpublish|deprecate|dist-tag (?:add|rm)|owner (?:add|rm)|-r publish|recursive publish|token revoke)/,
  yarn: /^(?:publish|unpublish|npm (?:publish|unpublish|deprecate|tag (?:add|remove)|logout)|tag (?:add|remove)|owner (?:add|remove)|deprecate)/,
  bun: /^publish/,
  deno: /^publish/,
  jsr: /^publish/,
  lerna: /^publish/,
  changeset: /^publish/,
  'semantic-release': /^.*/,
  'release-it': /^.*/,
  np: /^.*/,
  cargo: /^(?:publish|yank|owner \S+|unyank|release)/,
  gem: /^(?:push|yank|owner)/,
  twine: /^(?:upload|register)/,
  poetry: /^publish/,
  flit: /^publish/,
  hatch: /^publish/,
  pdm: /^publish/,
  uv: /^publish/,
  gradle: /(?:^| )(?:\S*:)?publish\w*/,
  gradlew: /(?:^| )(?:\S*:)?publish\w*/,
  mvn: /(?:^| )(?:deploy(?::\S+)?|\S*nexus-staging:\S+|release:(?:perform|prepare))(?= |$)/,
  mvnw: /(?:^| )(?:deploy(?::\S+)?|release:(?:perform|prepare))(?= |$)/,
  sbt: /(?:^| )(?:publish(?!Local|M2)\S*|release)/,
  lein: /^deploy/,
  dotnet: /^nuget (?:push|delete)/,
  nuget: /^(?:push|delete)/,
  choco: /^push/,
  pod: /^(?:trunk (?:push|delete|deprecate)|repo push)/,
  vsce: /^(?:publish|unpublish)/,
  ovsx: /^publish/,
  dart: /^pub publish/,
  flutter: /^pub publish/,
  hex: /^publish/,
  mix: /^hex\.(?:publish|retire)/,
  conan: /^(?:upload|remove)/,
  luarocks: /^upload/,
  docker: /^(?:image )?push/,
  podman: /^(?:image )?push/,
  helm: /^(?:push|cm-push)/,
  cosign: /^(?:sign|attest|clean)/,
  oras: /^(?:push|copy|cp|manifest delete|repo (?:delete|rm))/,
  crane: /^(?:push|copy|delete|tag)/,
  skopeo: /^(?:copy|delete|sync)/,
  goreleaser: /^release/,
  fastlane: /^(?:\S* )?(?:deliver|pilot|release|deploy|supply|upload\S*)/,
  snapcraft: /^(?:upload|push|release|close)/,
  vercel: /^(?:.*--prod)/,
});

const removers = wholeVerbs({
  apt: /^(?:remove|purge|autoremove|autopurge|dist-upgrade|full-upgrade)/,
  'apt-get': /^(?:remove|purge|autoremove|dist-upgrade)/,
  aptitude: /^(?:remove|purge)/,
  dpkg: /^.*/,
  yum: /^(?:remove|erase|autoremove|history undo|history rollback)/,
  dnf: /^(?:remove|erase|autoremove|history undo|history rollback)/,
  zypper: /^(?:remove|rm)/,
  rpm: /^.*/,
  pacman: /^.*/,
  apk: /^(?:del|fix)/,
  emerge: /^.*/,
  xbps: /^remove/,
  brew: /^(?:uninstall|remove|rm|autoremove|untap|zap)/,
  port: /^uninstall/,
  snap: /^(?:remove|revert|disable)/,
  flatpak: /^(?:uninstall|remove)/,
  choco: /^uninstall/,
  winget: /^(?:uninstall|remove)/,
  scoop: /^uninstall/,
  pip: /^uninstall/,
  pip3: /^uninstall/,
  pipx: /^(?:uninstall|uninstall-all)/,
  uv: /^(?:pip uninstall|tool uninstall|cache clean|python uninstall)/,
  poetry: /^(?:remove|env remove|cache clear)/,
  conda: /^(?:remove|uninstall|env remove|clean)/,
  mamba: /^(?:remove|uninstall|env remove)/,
  gem: /^(?:uninstall|cleanup)/,
  cargo: /^uninstall/,
  rustup: /^(?:self uninstall|toolchain (?:uninstall|remove)|target remove)/,
  nvm: /^uninstall/,
  asdf: /^uninstall/,
  'nix-env': /^.*/,
  'nix-collect-garbage': /^.*/,
  nix: /^(?:store (?:delete|gc)|profile (?:remove|wipe-history))/,
  dotnet: /^tool uninstall/,
  composer: /^global (?:remove|uninstall)/,
  go: /^clean\b.*-modcache/,
  code: /^.*/,
});

const removingFlags: Record<string, RegExp> = {
  dpkg: /^(?:-r|-P|--remove|--purge|--force-\w+)$/,
  rpm: /^(?:-e\w*|--erase|-\w*e\w*)$/,
  pacman: /^-R\w*$|^--remove$|^-S\w*c\w*$/,
  emerge: /^(?:-C|--unmerge|-c|--depclean)$/,
  'nix-env': /^(?:-e|--uninstall|--delete-generations)$/,
  code: /^--uninstall-extension$/,
  'nix-collect-garbage': /^-d|^--delete-old/,
};

function removesPackage(command: SimpleCommand): boolean {
  if (dryRun(command) || command.args.some(({ text }) => text === '-s')) return false;
  const flags = removingFlags[command.name];
  if (flags) return command.args.some(({ text }) => flags.test(text));
  return removers[command.name]?.test(verbs(command).join(' ')) ?? false;
}

export const packageRules: readonly Rule[] = [
  {
    id: 'packages.publish',
    verdict: 'deny',
    programs: Object.keys(publishers),
    matches: (command) =>
      !dryRun(command) &&
      (publishers[command.name]?.test(verbs(command).join(' ')) ?? false) &&
      !(command.name === 'vercel'),
    reason: 'This publishes, withdraws or marks a package that others use.',
    saferWay: 'Use --dry-run, and let a person or the pipeline publish.',
    examples: {
      ng: [
        'npm publish',
        'npm unpublish x --force',
        'yarn npm publish',
        'cargo publish',
        'cargo yank --version 1.0.0 x',
        'gem push x.gem',
        'twine upload dist/*',
        'poetry publish --build',
        './gradlew publish',
        'mvn clean deploy',
        'dotnet nuget push x',
        'docker push x/y',
        'npm deprecate x "old"',
        'npm dist-tag add x@1 latest',
        'npm owner rm eve x',
        'pnpm -r publish',
        'gem yank x -v 1',
        'helm push x oci://y',
      ],
      ok: [
        'npm publish --dry-run',
        'cargo publish --dry-run',
        'npm pack',
        'gem build x',
        'mvn package',
        'gradle build',
        'npm run publish-docs',
        'gradle publishToMavenLocal --dry-run',
        'docker pull x',
        'npm dist-tag ls',
      ],
    },
  },
  {
    id: 'packages.remove',
    verdict: 'ask',
    programs: [...new Set([...Object.keys(removers), ...Object.keys(removingFlags)])],
    matches: removesPackage,
    reason: 'This removes programs or packages of the machine or its environments.',
    saferWay: 'Change the list of what the project needs instead.',
    examples: {
      ng: [
        'apt-get remove nginx',
        'sudo apt purge x',
        'yum erase x',
        'brew uninstall x',
        'pip uninstall -y x',
        'rpm -e x',
        'pacman -Rns x',
        'conda env remove -n x',
        'gem uninstall x',
        'dpkg -P x',
        'poetry remove x',
      ],
      ok: [
        'apt list',
        'pip list',
        'npm uninstall x',
        'brew list',
        'rpm -qa',
        'pacman -Q',
        'apt-get remove -s x',
        'dpkg -l',
        'yum history',
      ],
    },
  },
];
