import type { SimpleCommand } from '../interpreted.ts';
import type { Rule } from '../rule.ts';
import { onlyNames } from './only-names.ts';
import { printers } from './secret-printers.ts';
import { isTrial } from './service-verbs.ts';
import { isCommonProgram } from './unknown-tools.ts';

/** Secrets that a tool keeps: a vault, a cloud, a platform, a password manager, a database. */

function printsKept(command: SimpleCommand): boolean {
  const { name, args } = command;
  const patterns = Object.hasOwn(printers, name) ? printers[name] : undefined;
  if (!patterns || isTrial(command)) return false;
  const words = args.map(({ text }) => text);
  const line = words.join(' ');
  const first = words.findIndex((word) => !word.startsWith('-'));
  const fromVerb = words.slice(Math.max(0, first)).join(' ');
  return patterns.some((pattern) => pattern.test(line) || pattern.test(fromVerb));
}

const revealing =
  /^(?:get|show|read|print|reveal|view|dump|access|decrypt|download|fetch|copy|clip|lookup|unseal|extract|export|cat)$/;
const secretThing =
  /^(?:secrets?|passwords?|passwd|passphrase|credentials?|creds|tokens?|api-?keys?|access-?keys?|private-?keys?|signing-?keys?|connection-?strings?|kubeconfig)$/;
const both =
  /^(?:get|show|read|print|reveal|view|dump|access|decrypt|download|fetch|export)-(?:\w+-)*(?:secrets?|passwords?|tokens?|api-?keys?|access-?keys?|private-?keys?|connection-?strings?)(?:-value)?$/;

/** `foo secrets get x`, `foo get-password x`, `foo pg:credentials:show`: a tool by whatever name that is told to show one. */
function revealsSecret(command: SimpleCommand): boolean {
  const { name, args, program } = command;
  if (
    args.length === 0 ||
    isCommonProgram(name) ||
    Object.hasOwn(printers, name) ||
    !/^[a-z][\w.-]*$/.test(name) ||
    /^[^/]+\//.test(program.text)
  )
    return false;
  const words = args
    .slice(0, 5)
    .map(({ text }) => text)
    .filter((word) => !word.startsWith('-'))
    .flatMap((word) => (/^[a-z][\w-]*(?::[\w-]+)+$/.test(word) ? word.split(':') : [word]));
  const told = words.some(
    (word, at) =>
      (at < 3 && both.test(word)) ||
      (revealing.test(word) && (secretThing.test(words[at - 1] ?? '') || secretThing.test(words[at + 1] ?? ''))),
  );
  if (!told) return false;
  return !isTrial(command);
}

export const keptSecretRules: readonly Rule[] = [
  {
    id: 'secrets.print-kept',
    verdict: 'ask',
    programs: 'any',
    matches: (command, { all }) => (printsKept(command) || revealsSecret(command)) && !onlyNames(command, all.commands),
    reason: 'This prints a secret that a tool keeps.',
    saferWay: 'Use the value by its name (a variable, a secret of the pipeline) and do not look at it.',
    examples: {
      ng: [
        'docker compose config',
        'git secret cat config/secret.yml',
        'terraform output -json',
        'az webapp config appsettings list -n x',
        'az storage account show-connection-string -n x',
        'oc extract secret/x --to=-',
        'cf env app',
        'redis-cli CONFIG GET requirepass',
        'nmcli -s connection show x',
        'pg_dumpall --globals-only',
        'rails credentials:show',
        'acmectl secrets reveal db',
        'foo get-password mail',
        'firebase functions:secrets:access X',
        'gh auth token',
        'aws configure get aws_secret_access_key',
        'aws secretsmanager get-secret-value --secret-id x',
        'gcloud auth print-access-token',
        'kubectl get secret db -o yaml',
        'vault kv get secret/app',
        'op read op://x/y/z',
        'pass show mail',
        'security find-generic-password -w -s x',
        'git credential fill',
        'git config --get-all http.https://github.com/.extraheader',
        'keyctl print 1',
        'echo x | docker-credential-desktop get',
        'gpg --export-secret-keys',
        'az account get-access-token',
        'terraform output -raw password',
        'kubectl config view --raw',
        'heroku config',
      ],
      ok: [
        "kubectl get secret x -o json | jq '.data | keys'",
        'terraform output -json | jq keys',
        'docker compose config --services',
        'terraform output -json vpc_id',
        'aws secretsmanager get-secret-value help',
        'gcloud secrets list',
        'gh secret list',
        'aws secretsmanager list-secrets',
        'acmectl token revoke x',
        'npm view json-web-token',
        'gh auth status',
        'aws configure list',
        'aws sts get-caller-identity',
        'kubectl get secrets',
        'vault status',
        'op vault list',
        'gpg --verify a.sig',
        'terraform output',
        'doppler secrets --only-names',
        'vault kv list secret/',
        'heroku config:set A=b',
        'npm config get registry',
      ],
    },
  },
];
