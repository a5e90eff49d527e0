import type { SimpleCommand } from '../interpreted.ts';
import { asksForHelp, readOptions, type OptionTable } from '../options.ts';
import type { Rule, RuleMatch } from '../rule.ts';
import { wholeVerb } from './service-verbs.ts';

const terraforms = ['terraform', 'tofu', 'terragrunt', 'tf', 'cdktf', 'terramate'];
const terraformTable: OptionTable = { singleDash: true, stopAtOperand: true, valued: [] };

function judgeTerraform(command: SimpleCommand): boolean | RuleMatch {
  if (asksForHelp(command.args) || command.args.some(({ text }) => text === '-help' || text === '-h')) return false;
  const words = readOptions(command.args, terraformTable).operands.map(({ text }) => text);
  const verbs = words.filter((word) => !word.startsWith('-'));
  const flags = words.filter((word) => word.startsWith('-')).join(' ');
  const [verb = '', second = ''] = /^run(?:-all)?$/.test(verbs[0] ?? '') ? verbs.slice(1) : verbs;
  return judgeTerraformVerb(verb, second, flags);
}

function judgeTerraformVerb(verb: string, second: string, flags: string): boolean | RuleMatch {
  if (/^(?:destroy|force-unlock|taint|untaint|deploy)$/.test(verb)) return true;
  switch (verb) {
    case 'apply':
      return /--?(?:auto-approve|destroy|replace)/.test(flags) || askFor('This changes what runs in a cloud.');
    case 'state':
      return /^(?:rm|mv|push|replace-provider)$/.test(second) && !/--?dry-run/.test(flags);
    case 'workspace':
      return second === 'delete';
    case 'import':
    case 'refresh':
      return askFor('This changes the state that the team shares.');
    case 'init':
      return (
        /--?(?:migrate-state|reconfigure|force-copy)/.test(flags) &&
        askFor('This moves the state that the team shares.')
      );
    default:
      return false;
  }
}

function askFor(reason: string): RuleMatch {
  return { verdict: 'ask', reason, saferWay: 'Show a plan first; a person applies it.' };
}

type VerbTable = { deny: RegExp; ask: RegExp; dry?: RegExp };

const written: Record<string, VerbTable> = {
  pulumi: {
    deny: /^(?:destroy|down|dn|stack (?:rm|import|init.*--force|rename|change-secrets)|state (?:delete|unprotect|rename|move|repair)|cancel|env rm|schema delete|org .*rm|config rm)/,
    ask: /^(?:up|update|refresh|import|deployment run|watch|config set\b.*--path)/,
    dry: /--preview-only|--diff-only/,
  },
  cdk: { deny: /^(?:destroy|gc|rollback)/, ask: /^(?:deploy|bootstrap|import|migrate|watch)/ },
  serverless: { deny: /^(?:remove|rollback|deploy\b.*--force)/, ask: /^(?:deploy|slstats)/ },
  sls: { deny: /^(?:remove|rollback)/, ask: /^deploy/ },
  sst: { deny: /^(?:remove|unlock|state (?:edit|remove|repair))/, ask: /^(?:deploy|refresh)/ },
  sam: { deny: /^delete/, ask: /^deploy/ },
  copilot: { deny: /(?:^| )delete\b/, ask: /^(?:deploy|\S+ deploy)/ },
  eb: { deny: /^(?:terminate|abort|restore)/, ask: /^(?:deploy|swap|scale|setenv)/ },
  amplify: { deny: /^(?:delete|remove|env remove)/, ask: /^(?:push|publish)/ },
  ansible: {
    dry: /(?:^| )(?:-m|--module-name)[ =]?(?:ansible\.builtin\.)?(?:ping|setup|debug)(?= |$)(?!.* (?:-a|--args)\b.*\|)|--list-hosts|--check\b/,
    deny: /^$/,
    ask: /(?:^| )(?:-m|--module-name|-a|--args)(?= |=|$)/,
  },
  'ansible-playbook': {
    deny: /^$/,
    ask: /\.ya?ml|^\S/,
    dry: /(?:^| )(?:--check|-C|--syntax-check|--list-tasks|--list-hosts|--list-tags)(?= |$)/,
  },
  'ansible-vault': { deny: /^$/, ask: /^(?:rekey|encrypt|decrypt|edit)/ },
  'ansible-pull': { deny: /^$/, ask: /./ },
  packer: { deny: /^$/, ask: /^build/ },
  vagrant: { deny: /^(?:destroy|box remove|snapshot (?:delete|restore))/, ask: /^(?:provision)/ },
  crossplane: { deny: /delete/, ask: /^(?:install|update)/ },
  kamal: {
    deny: /^(?:remove|\S+ remove|prune|rollback|app (?:stop|remove)|accessory (?:remove|reboot))/,
    ask: /^(?:deploy|redeploy|setup|\S+ (?:reboot|boot))/,
  },
  cap: { deny: /deploy:rollback/, ask: /deploy/ },
  capistrano: { deny: /rollback/, ask: /deploy/ },
  salt: {
    deny: /(?:file\.remove|cmd\.run|system\.(?:reboot|shutdown|halt|poweroff)|service\.stop|pkg\.remove|pkg\.purge|state\.(?:highstate|apply))/,
    ask: /./,
    dry: /test=True|test\.ping|grains\.|pillar\.get/,
  },
  chef: { deny: /(?:delete|destroy)/, ask: /^(?:push)/ },
  'nixos-rebuild': { deny: /^$/, ask: /^(?:switch|boot|test)/ },
  govc: { deny: /(?:^| )\S*\.(?:destroy|remove|rm)\b/, ask: /(?:^| )vm\.power/ },
  virsh: {
    deny: /^(?:destroy|undefine|\S*-(?:delete|destroy|undefine|wipe)|shutdown|reset|managedsave-remove)/,
    ask: /^(?:reboot|suspend|snapshot-revert)/,
  },
  vboxmanage: { deny: /(?:unregistervm|closemedium|\bdelete\b|poweroff)/, ask: /controlvm/ },
  qm: { deny: /^(?:destroy|rollback|delsnapshot|reset|stop)/, ask: /^(?:shutdown|reboot|set|resize|migrate)/ },
  pct: { deny: /^(?:destroy|rollback|delsnapshot|stop)/, ask: /^(?:shutdown|reboot|set|resize)/ },
  lxc: { deny: /^(?:delete|rm|\S+ delete|restore|stop)/, ask: /^(?:restart|config)/ },
};

const verbsOf: Record<string, VerbTable> = Object.fromEntries(
  Object.entries(written).map(([name, table]) => [
    name,
    { ...table, deny: wholeVerb(table.deny), ask: wholeVerb(table.ask) },
  ]),
);

function judgeByTable(command: SimpleCommand): boolean | RuleMatch {
  const table = verbsOf[command.name];
  const words = command.args.map(({ text }) => text);
  if (
    !table ||
    words.length === 0 ||
    asksForHelp(command.args) ||
    words.some((word) => /^(?:--dry-run|--dryrun|-h|--version|--no-execute-changeset|--noop)$/.test(word))
  )
    return false;
  const line = words.join(' ');
  const plain = words.filter((word) => !word.startsWith('-')).join(' ');
  if (table.dry?.test(line)) return false;
  if ((table.deny.test(plain) || table.deny.test(line)) && plain !== '') return true;
  return table.ask.test(line) || table.ask.test(plain) ? askFor('This changes what runs elsewhere.') : false;
}

export const provisioningRules: readonly Rule[] = [
  {
    id: 'provisioning.terraform',
    verdict: 'deny',
    programs: terraforms,
    matches: judgeTerraform,
    reason: 'This removes what runs in a cloud, or what the team knows of it.',
    saferWay: 'Show a plan first; a person applies it.',
    examples: {
      ng: [
        'terraform destroy',
        'terraform apply -auto-approve',
        'terraform -chdir=infra destroy -auto-approve',
        'terraform state rm x',
        'terraform workspace delete x',
        'terraform force-unlock 1',
        'tofu destroy',
        'terragrunt run-all destroy',
        'terraform apply -destroy',
        'terraform taint x',
        'terraform apply',
        'terraform state push x',
        'cdktf destroy',
      ],
      ok: [
        'terraform plan',
        'terraform plan -destroy',
        'terraform init',
        'terraform fmt',
        'terraform validate',
        'terraform state list',
        'terraform show',
        'terraform workspace list',
        'tofu plan',
        'terraform destroy -help',
        'terraform output',
        'terraform state rm -dry-run x',
        'terragrunt run-all plan',
      ],
    },
  },
  {
    id: 'provisioning.tool',
    verdict: 'deny',
    programs: Object.keys(verbsOf),
    matches: judgeByTable,
    reason: 'This removes what runs elsewhere, or what the team knows of it.',
    saferWay: 'Show a preview first; a person does it.',
    examples: {
      ng: [
        'pulumi destroy --yes',
        'pulumi up --yes',
        'pulumi stack rm prod',
        'cdk destroy --all',
        'cdk deploy',
        'serverless remove',
        'sls remove --stage prod',
        'ansible all -m shell -a "rm -rf x"',
        'ansible-playbook site.yml',
        'vagrant destroy -f',
        'sam delete',
        'virsh undefine x',
        'sst remove',
      ],
      ok: [
        'pulumi preview',
        'pulumi stack ls',
        'cdk diff',
        'cdk synth',
        'serverless info',
        'ansible-playbook site.yml --check',
        'ansible-playbook --syntax-check site.yml',
        'vagrant status',
        'virsh list',
        'cdk ls',
        'sam build',
        'ansible --version',
      ],
    },
  },
];
