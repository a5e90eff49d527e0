import { steeringPath } from '../rules/tampering.ts';
import { countIn, type Change } from './change.ts';
import { changed, made, type EditMatch, type EditRule } from './edit-rule.ts';

export const pipelinePath =
  /^(?:\.github\/(?:workflows|actions)\/|\.gitlab-ci\.ya?ml$|\.gitlab\/ci\/|\.circleci\/|\.buildkite\/|\.drone\.ya?ml$|\.woodpecker|Jenkinsfile|azure-pipelines\.ya?ml$|bitbucket-pipelines\.ya?ml$|\.travis\.ya?ml$|appveyor\.ya?ml$|cloudbuild\.ya?ml$|\.tekton\/|\.husky\/|\.githooks\/|lefthook\.ya?ml$|\.pre-commit-config\.ya?ml$|\.github\/(?:CODEOWNERS|dependabot\.yml|settings\.yml)|CODEOWNERS$|docs\/CODEOWNERS|\.lintstagedrc|renovate\.json|sonar-project\.properties|(?:\.?ci|scripts\/ci)\/.+\.(?:sh|ya?ml|py|[jt]s)$|scripts\/(?:release|deploy|publish)[\w-]*\.\w+$|buildspec\.ya?ml$|skaffold\.ya?ml$|fastlane\/)/;
const opensPipeline =
  /pull_request_target|permissions:\s*write-all|secrets\.\w+.*(?:curl|wget|nc|base64)|(?:curl|wget)[^\n]*\$\{\{\s*secrets|\$\{\{\s*github\.event\.(?:issue|pull_request|comment|review|head_commit)\.(?:title|body|message|head\.ref)|ACTIONS_ALLOW_UNSECURE|self-hosted.*pull_request|toJSON\(secrets\)|printenv|\benv\s*\|\s*(?:base64|curl|nc)/i;

const lockPath =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?|poetry\.lock|uv\.lock|Pipfile\.lock|pdm\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock|go\.sum|flake\.lock|mix\.lock|pubspec\.lock|gradle\.lockfile|packages\.lock\.json|Podfile\.lock|\.terraform\.lock\.hcl|deno\.lock|conda-lock\.ya?ml|gradle\/wrapper\/gradle-wrapper\.(?:properties|jar)|\.yarn\/.*\.cjs)$/;
const strangeHost =
  /"?(?:resolved|url|tarball|source|distributionUrl)"?\s*[:=]?\s*"?(?:http:\/\/|git\+|https?\\?:\/\/(?!registry\.(?:npmjs\.org|yarnpkg\.com)|files\.pythonhosted\.org|pypi\.org|rubygems\.org|crates\.io|static\.crates\.io|index\.crates\.io|github\.com|codeload\.github\.com|api\.github\.com|proxy\.golang\.org|services\.gradle\.org|repo\.maven))/i;

const manifestPath =
  /(?:^|\/)(?:package\.json|setup\.py|setup\.cfg|pyproject\.toml|requirements[\w.-]*\.txt|Pipfile|Cargo\.toml|build\.rs|Gemfile|composer\.json|go\.mod|build\.gradle(?:\.kts)?|pom\.xml|\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|\.cargo\/config(?:\.toml)?|nuget\.config|binding\.gyp|conanfile\.py)$/i;
const installScript =
  /"(?:pre|post)?(?:install|prepare|publish|pack|uninstall|prepublishOnly)"\s*:|cmdclass\s*=|\bpostinst\b|"(?:post|pre)-(?:install|update)-cmd"/;
const strangePackage =
  /"[\w@/.-]+"\s*:\s*"(?:git(?:\+\w+)?:|https?:|github:|file:\/|link:|[\w-]+\/[\w.-]+(?:#|"))|^\s*(?:-e\s+)?git\+|^\s*https?:\/\/\S+\.(?:whl|tar\.gz|zip)|@\s*(?:git\+|https?:)|\bgit\s*=\s*"|^\s*--(?:extra-)?index-url|^\s*--trusted-host|\breplace\s+\S+\s*=>|^\s*registry\s*=|index-url\s*=|source\s+['"]http|:git\s*=>|<repository>|\bmaven\s*(?:\{\s*url|\(\s*['"])|"overrides"|"resolutions"|replace-with\s*=/;

/** Files that say which packages a project takes, and from where. */
export const isPlaceOfPackages = (path: string) => lockPath.test(path) || manifestPath.test(path);

const licencePath =
  /(?:^|\/)(?:(?:LICEN[CS]E|COPYING|NOTICE|UNLICENSE|PATENTS)(?:\.(?:md|txt|rst|html)|[-_.][A-Z0-9][\w.-]*)?|(?:[Ll]icen[cs]e|[Cc]opying)(?:\.(?:md|txt|rst|html))?|LICENSES\/.*)$/;
const manifestOfTerms =
  /(?:^|\/)(?:package\.json|Cargo\.toml|pyproject\.toml|composer\.json|setup\.(?:py|cfg)|pom\.xml|mix\.exs|[\w-]+\.(?:gemspec|podspec|csproj|nuspec|cabal))$/;
const terms = /\blicen[cs]es?\b/i;
const licenceLine = /^\s*"?licen[cs]e"?\s*[:=]|SPDX-License-Identifier|Copyright\s*(?:\(c\)|©|\d{4})|License :: /i;

const openInfra =
  /privileged:\s*true|allowPrivilegeEscalation:\s*true|runAsUser:\s*0\b|runAsNonRoot:\s*false|hostNetwork:\s*true|hostPID:\s*true|hostPath:|docker\.sock|cidr_blocks\s*=\s*\[\s*"0\.0\.0\.0\/0"|CidrIp['"]?\s*:\s*['"]?0\.0\.0\.0\/0|source_ranges\s*=\s*\[\s*"0\.0\.0\.0\/0"|"Principal"\s*:\s*(?:"\*"|\{\s*"AWS"\s*:\s*"\*")|"Action"\s*:\s*(?:\[\s*)?"(?:\*|\w+:\*)"|actions\s*=\s*\[\s*"\*"|acl\s*=\s*"public-read|publicly_accessible\s*=\s*true|block_public_(?:acls|policy)\s*=\s*false|prevent_destroy\s*=\s*false|deletion_protection\s*=\s*false|force_destroy\s*=\s*true|skip_final_snapshot\s*=\s*true|encrypted\s*=\s*false|cluster-admin|verbs:\s*\[\s*["']\*|resources:\s*\[\s*["']\*|members\s*=\s*\[?\s*"allUsers|AllowPublicAccess|--allow-root|^\s*USER\s+root\s*$|imagePullPolicy:\s*Never.*privileged|seccomp[=:]\s*unconfined|apparmor[=:]\s*unconfined/i;

/** What keeps machines and data closed, or from being removed. */
const guardedInfra =
  /\b(?:prevent_destroy|deletion_protection|termination_protection|storage_encrypted|encrypted)\s*=\s*true|DeletionPolicy:\s*Retain|runAsNonRoot:\s*true|readOnlyRootFilesystem:\s*true|allowPrivilegeEscalation:\s*false|block_public_\w+\s*=\s*true|127\.0\.0\.1:\d+:\d+|backup_retention_period\s*=\s*[1-9]|\bdeny\s+all\s*;/;
const resource = /^\s*resource\s+"/;

const infraPath = /\.(?:tf|hcl|ya?ml|json|bicep|template|conf)$|(?:^|\/)Dockerfile|docker-compose/;

const freesAgent =
  /dangerously|bypassPermissions|danger-full-access|approval_policy\s*=\s*"never"|"defaultMode"\s*:\s*"(?:bypass|acceptEdits)|"allow"\s*:\s*\[[^\]]*(?:Bash\(\*|"\*"|Bash")|enableAllProjectMcpServers|trust_level\s*=\s*"trusted"|autoApprove|alwaysAllow|"chat\.tools\.autoApprove"|yolo|disableAllHooks|skipDangerousModePermissionPrompt/i;

function judgePipeline(change: Change): boolean | EditMatch {
  if (!pipelinePath.test(change.path)) return false;
  if (countIn(change.added, opensPipeline) > countIn(change.removed, opensPipeline))
    return { verdict: 'deny', reason: 'This lets strangers run code with the rights or secrets of the pipeline.' };
  return true;
}

function judgeLock(change: Change): boolean | EditMatch {
  if (!lockPath.test(change.path)) return false;
  if (countIn(change.added, strangeHost) > countIn(change.removed, strangeHost))
    return { verdict: 'deny', reason: 'This lets packages come from an address that is no registry.' };
  return true;
}

/** But for years and spaces. */
const wordsOf = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/[\d\s,–-]+/g, ''));

function losesTerms({ addedRaw, removedRaw }: Change): boolean {
  const kept = new Set(wordsOf(addedRaw));
  const named = removedRaw.filter((line) => licenceLine.test(line));
  return (
    wordsOf(named).some((words) => !kept.has(words)) && (countIn(addedRaw, licenceLine) < named.length || isHead(named))
  );
}

/** Who made it stands at the top of a program, as a comment. */
const isHead = (lines: readonly string[]) => lines.some((line) => /^\s*(?:\/\/|\/?\*|#|--|<!--|;)/.test(line));

/** In whatever form a manifest names them; a list of packages may name those of others. */
function changesTerms({ added, removed }: Change): boolean {
  const said = (lines: readonly string[]) => lines.map((line) => termsIn(line)).filter((words) => words !== '');
  const before = new Set(said(removed));
  return said(added).some((words) => !before.has(words));
}

const termsIn = (line: string) =>
  terms.test(line) ? (/licen[cs]es?\b.{0,80}/i.exec(line.replaceAll(/\s+/g, ''))?.[0] ?? '').replace(/,$/, '') : '';

export const projectFileRules: readonly EditRule[] = [
  {
    id: 'edits.pipeline',
    verdict: 'ask',
    matches: judgePipeline,
    reason: 'This changes what runs by itself at commits, reviews and releases, or who must look at changes.',
    saferWay: 'Propose it by itself, so that somebody looks at nothing else.',
    examples: {
      ng: [
        changed('.github/workflows/ci.yml', 'a', 'b'),
        made('.gitlab-ci.yml', 'a: b'),
        changed('Jenkinsfile', 'a', 'b'),
        made('.husky/pre-commit', 'npm test'),
        changed('.github/CODEOWNERS', '* @ana', '* @eve'),
        changed('.github/workflows/ci.yml', 'on: pull_request', 'on: pull_request_target'),
        { path: '.pre-commit-config.yaml', oldText: 'a', newText: null },
      ],
      ok: [changed('src/workflows/ci.ts', 'a', 'b'), changed('docs/ci.md', 'a', 'b')],
    },
  },
  {
    id: 'edits.lock-file',
    verdict: 'ask',
    matches: judgeLock,
    reason: 'This changes by hand what a package manager writes.',
    saferWay: 'Change what the project needs and let the package manager write the file.',
    examples: {
      ng: [
        changed('package-lock.json', '{}', '{"a": 1}'),
        changed('web/yarn.lock', 'a', 'b'),
        { path: 'Cargo.lock', oldText: 'a', newText: null },
        changed(
          'package-lock.json',
          '"resolved": "https://registry.npmjs.org/a"',
          '"resolved": "https://example.com/a.tgz"',
        ),
        changed('go.sum', 'a', 'b'),
      ],
      ok: [changed('package.json', '{"name": "a"}', '{"name": "b"}'), changed('src/lock.ts', 'a', 'b')],
    },
  },
  {
    id: 'edits.install-script',
    verdict: 'ask',
    matches: (change) =>
      manifestPath.test(change.path) &&
      (countIn(change.added, installScript) > 0 ||
        countIn(change.added, strangePackage) > countIn(change.removed, strangePackage)),
    reason: 'This runs something whenever packages are installed, or takes packages from elsewhere.',
    saferWay: 'Take the package by its name from the usual registry.',
    examples: {
      ng: [
        changed('package.json', '"test": "x"', '"test": "x",\n"postinstall": "node a.js"'),
        changed('package.json', '"a": "1.0.0"', '"a": "git+https://example.com/a.git"'),
        changed('requirements.txt', 'a==1', 'git+https://example.com/a'),
        made('.npmrc', 'registry=http://example.com'),
        changed('go.mod', 'require a v1', 'replace a => ../b'),
        changed('setup.py', 'x = 1', 'cmdclass={"install": X}'),
      ],
      ok: [
        changed('package.json', '"a": "1.0.0"', '"a": "1.1.0"'),
        changed('requirements.txt', 'a==1', 'a==2'),
        changed('Cargo.toml', 'a = "1"', 'a = "2"'),
        changed('src/package.ts', 'a', '"postinstall": 1'),
      ],
    },
  },
  {
    id: 'edits.licence',
    verdict: 'ask',
    matches: (change) =>
      licencePath.test(change.path)
        ? !change.isNew || change.isGone
        : losesTerms(change) || (manifestOfTerms.test(change.path) && !change.isNew && changesTerms(change)),
    reason: 'This changes under which terms the work is given, or who made it.',
    saferWay: 'Let the owner of the project decide it.',
    examples: {
      ng: [
        changed('LICENSE', 'MIT', 'GPL'),
        { path: 'COPYING', oldText: 'x', newText: null },
        changed('package.json', '  "license": "MIT",', '  "license": "UNLICENSED",'),
        changed('a.py', '# Copyright (c) 2020 Ana\nx = 1', '# Copyright (c) 2020 Eve\nx = 1'),
        changed('setup.py', "setup(license='MIT')", "setup(license='GPL')"),
        changed('a.gemspec', "s.license = 'MIT'", "s.license = 'GPL'"),
        changed('a.c', '// SPDX-License-Identifier: MIT\nint a;'.replace('// ', '* '), 'int a;'),
      ],
      ok: [
        made('LICENSE', 'MIT'),
        changed('src/license.ts', 'a', 'b'),
        changed('package.json', '  "name": "a",', '  "name": "b",'),
        changed('a.py', '# Copyright (c) 2020 Ana\nx = 1', '# Copyright (c) 2020-2026 Ana\nx = 1'),
        changed('package.json', '{ "name": "a", "license": "MIT" }', '{ "name": "b", "license": "MIT" }'),
      ],
    },
  },
  {
    id: 'edits.agent-settings',
    verdict: 'ask',
    matches: (change) =>
      steeringPath.test(change.path) &&
      (freesAgent.test(change.addedText)
        ? { verdict: 'deny', reason: 'This lets agents act without being asked.' }
        : true),
    reason: 'This changes what agents are told, or what they may do.',
    saferWay: 'Say what should change; a person decides it.',
    examples: {
      ng: [
        changed('AGENTS.md', 'a', 'b'),
        made('.mcp.json', '{}'),
        made('.claude/settings.json', '{ "permissions": { "allow": ["Bash(*)"] } }'),
        changed('web/CLAUDE.md', 'a', 'b'),
        made('.cursor/rules/a.mdc', 'x'),
        made('.vscode/tasks.json', '{}'),
        made('.codex/config.toml', 'approval_policy = "never"'),
      ],
      ok: [changed('docs/agents.md', 'a', 'b'), changed('src/agents.ts', 'a', 'b')],
    },
  },
  {
    id: 'edits.infrastructure-opened',
    verdict: 'ask',
    matches: (change) =>
      change.kind !== 'text' &&
      ((infraPath.test(change.path) &&
        (countIn(change.added, openInfra) > countIn(change.removed, openInfra) ||
          countIn(change.removed, guardedInfra) > countIn(change.added, guardedInfra))) ||
        (change.ending === 'tf' && countIn(change.removed, resource) > countIn(change.added, resource)) ||
        (/(?:^|\/)pg_hba\.conf$/.test(change.path) && countIn(change.added, /\btrust\s*$/) > 0)),
    reason: 'This opens machines or data to everybody, takes off what protects them, or removes them.',
    saferWay: 'Name who may reach it, and with which rights.',
    examples: {
      ng: [
        made('main.tf', 'cidr_blocks = ["0.0.0.0/0"]'),
        made('pod.yaml', 'privileged: true'),
        changed('db.tf', 'deletion_protection = true', 'deletion_protection = false'),
        made('policy.json', '{ "Principal": "*" }'),
        made('docker-compose.yml', '- /var/run/docker.sock:/var/run/docker.sock'),
        made('role.yaml', 'verbs: ["*"]'),
        changed('main.tf', 'prevent_destroy = true', ''),
        changed('main.tf', 'resource "aws_s3_bucket" "a" {}', ''),
        changed('compose.yml', '- 127.0.0.1:5432:5432', '- 5432:5432'),
        changed('pg_hba.conf', 'host all all all scram-sha-256', 'host all all all trust'),
      ],
      ok: [
        made('main.tf', 'cidr_blocks = ["10.0.0.0/8"]'),
        made('pod.yaml', 'runAsNonRoot: true'),
        changed('db.tf', 'deletion_protection = false', 'deletion_protection = true'),
      ],
    },
  },
];
