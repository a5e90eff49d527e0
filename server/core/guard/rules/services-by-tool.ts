import type { SimpleCommand } from '../interpreted.ts';
import type { Rule, RuleMatch } from '../rule.ts';
import { computingWords } from './computing-words.ts';
import { isTrial, plainWords, wholeVerb } from './service-verbs.ts';

/** What a tool calls otherwise than by a verb that says it: first what cannot be undone, then what a person decides. */
export type Special = { deny?: RegExp; ask?: RegExp };

const written: Record<string, Special> = {
  ...computingWords,
  aws: {
    deny: /^s3 (?:rb|rm)\b|^s3 mv s3:.*--recursive|^s3 sync\b.*--delete|^s3api (?:delete|put-bucket-lifecycle)|^ec2 (?:modify-instance-attribute.*disable-api-termination)|^route53 change-resource-record-sets\b.*(?:DELETE|\0)|^cloudformation (?:delete|execute-change-set)|^dynamodb (?:batch-write-item.*(?:DeleteRequest|file:))|^rds (?:delete|stop|reboot|reset)|^cognito-idp admin-(?:delete|disable|reset)|^\S+ put-(?:lifecycle-policy|retention-policy|bucket-lifecycle)|^cloudtrail (?:stop-logging|put-event-selectors)|^guardduty update-detector.*--no-enable/,
    ask: /^(?:iam|organizations|sso-admin|identitystore) (?:create|put|attach|update|add|detach|remove|delete|set|upload)|^s3 (?:mv|sync)\b.*s3:\/\/.*--acl|^s3api (?:put-bucket-(?:policy|acl|versioning|public)|put-object-acl|put-public)|^ec2 (?:authorize-security-group|stop-instances|reboot-instances|modify-\S+)|^cloudfront create-invalidation|^lambda (?:add-permission|update-function-code|put-function-concurrency)|^route53 change|^ecs update-service\b.*--desired-count 0|^autoscaling (?:(?:update-auto-scaling-group|set-desired-capacity)\b.*--(?:desired-capacity|max-size)[ =]0|suspend-processes|enter-standby)|^ssm (?:send-command|start-session|put-parameter.*--overwrite)|^kms (?:disable|put-key-policy)|^rds modify|^secretsmanager (?:put|update|rotate|cancel)|^elbv?2? (?:deregister|modify|set-\S+|delete)/,
  },
  gcloud: {
    deny: /^storage rm\b|^auth revoke/,
    ask: /\b(?:add|remove|set)-iam-policy(?:-binding)?\b|^(?:sql|compute) \S+ (?:stop|reset|restart|suspend|failover|restore-backup|resize|update)|^run services update-traffic|^app (?:services set-traffic|deploy)|^compute (?:ssh|firewall-rules (?:create|update))|^kms keys versions (?:destroy|disable)|^services disable|rsync\b.*--delete/,
  },
  gsutil: {
    deny: /(?:^| )(?:rm|rb)\b|(?:^| )rsync\b(?!.* -\w*n)(?:.* )-\w*d/,
    ask: /(?:^| )(?:mv|acl (?:set|ch)|iam (?:set|ch)|defacl|lifecycle set|versioning set|cors set|web set|retention|setmeta|rewrite)\b/,
  },
  az: {
    deny: /^storage \S+ delete-batch\b/,
    ask: /(?:^| )(?:role assignment (?:create|delete)|ad (?:user|group|app|sp) (?:create|update|delete)|vm (?:stop|deallocate|restart|redeploy|run-command)|\w+ (?:stop|restart|reset|regenerate|failover)|policy|lock delete|deployment \w+ create\b.*--mode complete|storage account keys renew|account clear|keyvault set-policy|sync\b.*--delete-destination|rest --method (?:delete|put|patch|post))\b/i,
  },
  stripe: {
    ask: /^(?:refunds|payouts|transfers|topups) create\b|^(?:post|delete) \/v1\/(?:refunds|payouts|transfers)/,
  },
  azcopy: { deny: /^(?:rm|remove)\b|--delete-destination(?:=true| true|$)/, ask: /^jobs (?:clean|rm|remove)/ },
  algolia: { ask: /^settings import\b/ },
  rpk: { deny: /^topic trim-prefix\b|^cluster config reset\b/ },
  rclone: {
    deny: /(?:^| )(?:sync|purge|delete|deletefile|rmdirs?|cleanup|dedupe|move|moveto|bisync|backend)\b|--delete-/,
    ask: /(?:^| )(?:config (?:create|delete|update|password)|serve|rcd|link)\b/,
  },
  s3cmd: {
    deny: /(?:^| )(?:del|rm|rb|expire|sync\b.*--delete)/,
    ask: /(?:^| )(?:setacl|setpolicy|delpolicy|mv|accesslog)/,
  },
  s5cmd: { deny: /(?:^| )(?:rm|rb|sync\b.*--delete)/, ask: /(?:^| )mv/ },
  mc: {
    deny: /(?:^| )(?:rm|rb|mirror\b.*(?:--remove|--overwrite)|admin (?:bucket|user|policy|group|service|decommission|replicate) (?:remove|rm|disable|stop|restart|start|detach|remote)|ilm (?:rm|remove|rule rm|rule remove)|retention clear|legalhold clear|undo|replicate rm|version suspend|encrypt clear|event (?:rm|remove)|tag remove|quota clear)\b/,
    ask: /(?:^| )(?:mv|anonymous set|policy set|admin (?:service|update|heal|replicate|config|decommission|rebalance|bucket|tier|idp|cluster) (?!info|list|ls|add|create|status|trace|get)\w+)\b/,
  },
  restic: {
    deny: /(?:^| )(?:forget|prune|key (?:remove|rm|passwd)|unlock\b.*--remove-all|rewrite|repair|rebuild-index|migrate|cache --cleanup)\b(?!.*--dry-run|.* -n(?: |$))/,
    ask: /^$/,
  },
  borg: {
    deny: /(?:^| )(?:delete|prune|compact|recreate|rename|check\b.*--repair|key change\S*|break-lock|config|rdelete)\b/,
    ask: /^$/,
  },
  kopia: {
    deny: /(?:^| )(?:snapshot (?:delete|expire)|repository (?:disconnect|change-password)|maintenance run|policy delete|blob delete|content delete|manifest delete)/,
  },
  velero: {
    deny: /(?:^| )(?:delete|uninstall|\S+ delete)\b/,
    ask: /(?:^| )(?:restore create\b.*--existing-resource-policy[= ]update|install|schedule pause)\b/,
  },
  duplicity: { deny: /(?:^| )(?:remove-\S+|cleanup|collection-cleanup)/ },
  tmutil: { deny: /^(?:delete\w*|disable|thinlocalsnapshots)/ },
  deck: { deny: /^(?:gateway )?(?:sync|reset)(?= |$)|--(?:force)$/ },
  kong: {
    deny: /^(?:migrations (?:reset|finish|bootstrap.*-f)|stop|quit)/,
    ask: /^(?:restart|reload|migrations (?:up|finish))/,
  },
  haproxy: { ask: /(?:^| )-(?:sf|st)\b/ },
  nginx: { ask: /(?:^| )-s (?:stop|quit|reload|reopen)/ },
  apachectl: { ask: /(?:^| )(?:stop|restart|graceful)/ },
  wrangler: {
    deny: /(?:^| )(?:delete|\S+:\S*delete\S*|kv:key delete|kv:bulk delete|r2 (?:object|bucket) delete|d1 (?:delete|time-travel restore)|queues (?:delete|purge))\b/,
    ask: /^(?:deploy|publish|rollback|secret (?:put|delete|bulk)|versions deploy|triggers deploy|pages deploy|tail --.*)/,
  },
  fastly: {
    deny: /(?:^| )(?:\S+ delete|purge|delete|\S+ purge)\b/,
    ask: /(?:^| )(?:service-version (?:activate|deactivate|lock)|\S+ update)\b/,
  },
  kafka: {},
  'kafka-topics': { deny: /--delete\b/, ask: /--alter\b/ },
  'kafka-acls': { deny: /--remove\b/ },
  'kafka-configs': { deny: /--delete-config\b/, ask: /--alter\b/ },
  'kafka-consumer-groups': { deny: /--(?:delete|reset-offsets|delete-offsets)\b(?!.*--dry-run)/ },
  'kafka-delete-records': { deny: /./ },
  'kafka-reassign-partitions': { ask: /--(?:execute|cancel)\b/ },
  'kafka-leader-election': { ask: /./ },
  'kafka-streams-application-reset': { deny: /./ },
  'kafka-storage': { deny: /format/ },
  rabbitmqctl: {
    deny: /(?:^| )(?:delete_\S+|purge_queue|reset|force_reset|stop(?:_app)?|shutdown|clear_\S+|forget_cluster_node|remove_\S+|close_(?:all_)?connections?\S*|rotate_logs|update_cluster_nodes|force_boot|change_password|eval|suspend_\S+|hipe_compile)/,
    ask: /(?:^| )(?:set_(?:cluster_name|vm_memory\S*|disk_free\S*|log_level)|join_cluster|rename_\S+)/,
  },
  rabbitmqadmin: { deny: /(?:^| )(?:delete|purge|close)\b/, ask: /(?:^| )import\b/ },
  nats: {
    deny: /(?:^| )(?:(?:stream|str|s|consumer|con|c|kv|obj|object|account|server) (?:rm|delete|del|purge|edit|seal|restore|cluster|raft)|kv (?:purge|revert))\b/,
  },
  java: {
    deny: /jenkins-cli\.jar\b.* (?:delete-\S+|groovysh?|groovy|restart|safe-restart|shutdown|safe-shutdown|quiet-down|disable-job|clear-queue|cancel-quiet-down|disconnect-node|offline-node|remove-\S+|reload-configuration|disable-plugin|stop-builds|update-job|install-plugin|set-\S+)(?= |$)/,
  },
  'jenkins-cli': {
    deny: /(?:^| )(?:delete-\S+|groovy|restart|safe-restart|shutdown|disable-job|clear-queue|offline-node)(?= |$)/,
  },
  'gitlab-runner': {
    deny: /^(?:unregister|uninstall|reset-token)/,
    ask: /^(?:stop|restart|register|install|verify\b.*--delete)/,
  },
  'gitlab-rake': { deny: /(?:cleanup|clear|drop|reset|restore|remove|delete|db:|setup)/ },
  'gitlab-rails': { ask: /^(?:runner|console|r|c)\b/ },
  'gitlab-ctl': { ask: /^(?:stop|restart|kill|reconfigure|uninstall|cleanse|graceful-kill|remove)/ },
  gh: {
    deny: /^(?:repo (?:delete|archive)|release delete(?:-asset)?|secret (?:delete|remove)|variable delete|cache delete|run delete|workflow disable|ssh-key delete|gpg-key delete|label delete|gist delete|codespace delete|project (?:delete|item-delete|field-delete)|extension remove|ruleset delete|issue delete|auth logout|api\b.*(?:-X ?|--method[ =])(?:DELETE|delete))/,
    ask: /^(?:repo (?:edit\b.*(?:--visibility|--default-branch|--delete-branch|--enable|--allow)|rename|sync\b.*--force|deploy-key (?:add|delete)|unarchive|create\b.*--public)|release (?:create|edit|upload\b.*--clobber)|pr merge|pr (?:close)\b.*(?:-d|--delete-branch)|secret set|variable set|workflow run\b(?! (?:[\w-]*[_-])?(?:ci|tests?|lint|check|build|checks)(?:[_-][\w-]*)?(?:\.ya?ml)?(?: [\w./-]+)?$)|run cancel|ssh-key add|gpg-key add|auth (?:refresh|setup-git)|codespace (?:ssh|stop)|api\b.*(?:-X ?|--method[ =])(?:PUT|PATCH|POST)|api\b.* -[fF] |alias delete|issue transfer|api graphql\b.*mutation\b.*\b(?:delete|remove|archive)\w*|project (?:close|edit)|alias (?:set|import)|extension install|org)/,
  },
  glab: {
    deny: /^(?:repo (?:delete|archive)|project delete|release delete|variable delete|ci delete|issue delete|mr delete|label delete|ssh-key delete|snippet delete|schedule delete|api\b.*(?:-X ?|--method[ =])DELETE)/,
    ask: /^(?:repo transfer|mr (?:merge|close|revoke)|(?:ci|pipeline|pipe) cancel|variable update|api\b.*(?:-X ?|--method[ =])(?:PUT|PATCH|POST))/,
  },
  heroku: {
    deny: /^(?:\S+:(?:destroy|delete|remove|reset|purge|clear|unset|rollback|kill|revoke|disable|stop|leave|off)|pg:(?:reset|push|copy|killall|promote|maintenance)|apps:(?:transfer|leave)|releases:rollback|rollback|ps:(?:kill|stop))/,
    ask: /^(?:ps:(?:restart|scale|stop)|restart|maintenance:\S+|config:set|run|domains:\S+|drains:\S+|access:\S+|members:\S+|keys:\S+|apps:rename|git:remote|features:\S+|pipelines:\S+|pg:(?!info|ps|diagnose|locks|outliers|wait|bloat|backups(?= |$))\S+|clients:\S+|authorizations:\S+)/,
  },
  vercel: {
    deny: /^(?:rm|remove|(?:project|projects|domains?|dns|certs?|secrets?|alias|env|integration|blob|teams?|edge-config|bisect) (?:rm|remove|del|delete))\b/,
    ask: /^(?:rollback|promote|--prod|deploy\b.*--prod|.* --prod|env (?:add|update)|domains (?:move|transfer-in|buy|add)|dns add|redeploy|switch)/,
  },
  netlify: {
    deny: /^(?:\S+:(?:delete|remove|unset)|sites:delete|blobs:delete)/,
    ask: /^(?:deploy\b.*(?:--prod|-p\b)|env:(?:set|import|clone)|unlink|\S+ (?:delete|remove|clone))/,
  },
  fly: {
    deny: /(?:^| )(?:destroy|delete|remove|unset|rm|release)\b|^(?:apps?|volumes?|postgres|pg|machines?|m|redis|storage|tokens?|certs?|ips?|secrets?|orgs?|mysql|wireguard|extensions?) (?:destroy|delete|remove|unset|rm|release|revoke|detach|kill|stop)/,
    ask: /^(?:deploy|scale|restart|suspend|secrets (?:set|import|deploy)|ssh|apps? (?:restart|suspend|move|rename)|machines? (?:restart|update|stop|kill)|postgres (?:failover|restart|detach))\b/,
  },
  firebase: {
    deny: /^(?:\S+:(?:delete|remove|unset|destroy|disable|prune|revoke)|\S*delete\b|database:(?:remove|set|update)|firestore:delete|hosting:disable|functions:(?:delete|config:unset)|auth:import)/,
    ask: /^(?:deploy|hosting:(?:clone|channel:deploy)|functions:config:set|database:settings:set|remoteconfig:rollback|auth:export|experimental)/,
  },
  railway: {
    deny: /^(?:down|delete|volume (?:delete|detach)|environment (?:delete|rm)|service delete|remove)/,
    ask: /^(?:up|redeploy|variables\b.*--set|unlink|domain|restart)/,
  },
  doctl: {
    deny: /(?:^| )(?:delete|rm|d|remove|del|destroy|undeploy)\b/,
    ask: /(?:^| )(?:droplet-action|reboot|power-off|shutdown|rebuild|resize|restore)\b/,
  },
  pd: { deny: /:(?:delete|remove)/ },
  vault: {
    deny: /^(?:delete|kv (?:delete|destroy|metadata delete|undelete|rollback)|secrets (?:disable|move)|auth disable|policy delete|token revoke|lease revoke|operator (?:seal|step-down|rekey|rotate|raft remove-peer|generate-root|raft snapshot restore|init|unseal)|audit disable|plugin deregister|namespace delete|write sys\/|transit delete)/,
    ask: /^(?:write|kv (?:put|patch)|policy write|auth (?:enable|tune)|secrets (?:enable|tune)|audit enable|patch|operator (?!raft list-peers|members|key-status|diagnose|usage|raft autopilot (?:state|get-config)|raft snapshot save)\S+)\b/,
  },
  consul: {
    deny: /^(?:kv (?:delete|import)|acl \S+ delete|force-leave|leave|snapshot restore|operator raft remove-peer|services deregister|config delete|namespace delete|intention delete|maint|keyring -remove|peering delete|catalog deregister)/,
    ask: /^(?:kv put|acl \S+ (?:create|update)|reload|services register|config write|intention create|keyring|operator)/,
  },
  nomad: {
    deny: /^(?:(?:job )?stop|job (?:purge|revert|scale)|node (?:drain|purge|eligibility.*-disable)|system (?:gc|reconcile)|namespace delete|volume (?:delete|deregister|detach)|acl \S+ delete|alloc (?:stop|restart|signal)|server (?:force-leave)|operator (?:raft remove-peer|snapshot restore|api -X DELETE)|var purge|quota delete|deployment fail)/,
    ask: /^(?:(?:job )?run|job (?:dispatch|promote|restart)|alloc exec|node eligibility|var put|operator)/,
  },
  op: {
    deny: /^(?:item|document|vault|user|group|connect|service-account|events-api) (?:\S+ )?(?:delete|revoke|suspend|remove)|^(?:account forget)/,
    ask: /^(?:item (?:share|move)|vault \S+ (?:grant|revoke)|user (?:edit|provision|suspend|confirm)|group (?:create|edit|user)|signin --raw)/,
  },
  doppler: {
    deny: /^(?:(?:projects|environments|configs|secrets|service-tokens|tokens|groups) (?:\S+ )?(?:delete|rollback|revoke|unlock)|configs tokens revoke|logout)/,
    ask: /^(?:secrets upload|environments rename)/,
  },
  circleci: {
    deny: /^(?:(?:context|orb|namespace|project|runner \S+|policy|env-var) (?:\S+ )?(?:delete|remove|remove-secret|unlist|unlist-category|delete-secret|unset)|context remove-secret|orb unlist|runner (?:resource-class|token|instance) delete)/,
    ask: /^(?:orb (?:publish|unlist)|context store-secret|policy (?:push|settings)|namespace rename)/,
  },
  argocd: {
    deny: /^(?:(?:app|appset|proj|repo|cluster|account|cert|gpg|repocreds) (?:delete|rm|remove|delete-\S+|terminate-op)|app (?:sync\b.*--prune|rollback|delete-resource|unset))/,
    ask: /^app (?:sync|set|patch|patch-resource|actions run)/,
  },
  flux: { deny: /^(?:delete|uninstall)/, ask: /^(?:suspend|reconcile|bootstrap)/ },
  promtool: { deny: /^tsdb (?:delete|clean)/, ask: /^tsdb create-blocks/ },
  amtool: { ask: /^silence (?:add|expire|update)/ },
  splunk: {
    deny: /^(?:remove|clean|delete|disable|offline|stop|restart|rolling-restart|decommission)|^search\b.*\|\s*(?:delete|outputlookup)/,
  },
  'sentry-cli': { deny: /delete/ },
  datadog: { deny: /delete/ },
  unleash: { deny: /(?:^| )(?:archive|delete|remove)\b/, ask: /(?:^| )disable\b/ },
  flipt: { deny: /(?:^| )(?:delete|import\b.*--drop|migrate\b.*down)/, ask: /^import\b.*--drop/ },
  ldcli: { deny: /(?:^| )(?:archive|delete)\b/, ask: /(?:^| )toggle-off\b/ },
  nsupdate: { deny: /^/ },
  pdnsutil: { deny: /^(?:delete|clear|remove|unset|load)/ },
  rndc: { ask: /^(?:stop|halt|flush|delzone|freeze|reload|reconfig)/ },
  'samba-tool': { deny: /(?:delete|remove|demote)/ },
  ldapdelete: { deny: /./ },
  ldapmodify: { ask: /./ },
  curator: { deny: /delete/ },
  'elasticsearch-reset-password': { deny: /./ },
  'salt-key': { deny: /(?:^| )-[dDrR]\b|--delete/ },
  knife: { deny: /(?:^| )(?:\S+ )?(?:delete|bulk delete)\b/ },
  puppet: { ask: /^(?:node (?:clean|purge|deactivate)|cert clean|agent\b.*--disable|apply)/ },
  mosquitto_ctrl: { deny: /delete/i },
  huggingface: {},
  'huggingface-cli': { deny: /(?:delete|repo-files delete)/, ask: /^(?:upload)/ },
  hf: { deny: /delete/, ask: /^upload/ },
  gcrane: { deny: /^(?:delete|gc)/ },
  crane: { deny: /^delete/ },
  skopeo: { deny: /^delete/ },
  regctl: { deny: /delete/ },
  'aws-nuke': { deny: /^/ },
  'cloud-nuke': { deny: /^/ },
};

/** The same tool under another name. */
const sameAs: Record<string, string> = { flyctl: 'fly', now: 'vercel' };

const specials: Record<string, Special> = Object.fromEntries(
  Object.entries({
    ...written,
    ...Object.fromEntries(Object.entries(sameAs).map(([name, other]) => [name, written[other] ?? {}])),
  })
    .flatMap(([name, special]) =>
      name.startsWith('kafka-')
        ? [[name, special] as const, [`${name}.sh`, special] as const]
        : [[name, special] as const],
    )
    .map(([name, { deny, ask }]) => [
      name,
      { ...(deny && { deny: wholeVerb(deny) }), ...(ask && { ask: wholeVerb(ask) }) },
    ]),
);

/** These act without a word, or by what they read. */
const bareTools = new Set([
  'nsupdate',
  'k3s-uninstall.sh',
  'k3s-agent-uninstall.sh',
  'k3s-killall.sh',
  'rke2-uninstall.sh',
]);

function judgeSpecial(command: SimpleCommand): boolean | RuleMatch {
  const special = specials[command.name];
  const alone = command.args.length === 0 && !bareTools.has(command.name);
  if (!special || isTrial(command) || alone) return false;
  const words = command.args.map(({ text }) => text);
  const firstVerb = words.findIndex((word) => !word.startsWith('-'));
  const lines = [
    words.join(' '),
    words.filter((word) => !word.startsWith('-')).join(' '),
    words.slice(Math.max(0, firstVerb)).join(' '),
    plainWords(command).join(' '),
  ];
  if (special.deny && lines.some((line) => special.deny?.test(line))) return true;
  if (special.ask && lines.some((line) => special.ask?.test(line)))
    return {
      verdict: 'ask',
      reason: 'This changes something that a team relies on.',
      saferWay: 'Say what should change, and let a person do it.',
    };
  return false;
}

export const serviceToolRules: readonly Rule[] = [
  {
    id: 'services.tool',
    verdict: 'deny',
    programs: Object.keys(specials).filter(
      (name) => specials[name]?.deny !== undefined || specials[name]?.ask !== undefined,
    ),
    matches: judgeSpecial,
    reason: 'This removes or overwrites something that a service holds for a team.',
    saferWay: 'List what is there, use the dry run that the tool has, and let a person do the rest.',
    examples: {
      ng: [
        'aws s3 rm s3://x/y',
        'aws s3 sync . s3://x --delete',
        'aws iam attach-user-policy --user-name x --policy-arn y',
        'gsutil -m rm -r gs://x',
        'gsutil rsync -d a gs://x',
        'rclone sync a remote:b',
        'rclone purge remote:x',
        'mc mirror a b --remove',
        'mc rb --force m/x',
        'restic key remove 1',
        'borg prune --keep-daily 7 repo',
        'deck sync',
        'kafka-topics --bootstrap-server x --delete --topic y',
        'kafka-consumer-groups --bootstrap-server x --group g --reset-offsets --to-earliest --execute',
        'java -jar jenkins-cli.jar -s http://x delete-job y',
        'gitlab-runner unregister --all-runners',
        'gh api -X DELETE /repos/a/b',
        'gh repo edit --visibility public',
        'gh pr merge 1',
        'heroku pg:reset DATABASE',
        'vercel --prod',
        'firebase firestore:delete --all-collections',
        'vault secrets disable secret/',
        'nomad job stop x',
        'nsupdate -k x',
        'circleci context remove-secret github x Y',
        'az storage blob delete-batch -s x',
        'argocd app delete x',
        'azcopy sync a b --delete-destination=true',
        'stripe refunds create --charge=ch_1',
        'hdfs dfs -rm -r /warehouse',
        'ipvsadm -C',
        'tarsnap -d -f nightly',
        'nsupdate',
      ],
      ok: [
        'aws s3 cp a s3://x',
        'aws s3 sync s3://x .',
        'gsutil ls',
        'gsutil cp a gs://x',
        'rclone copy a remote:b',
        'rclone sync --dry-run a remote:b',
        'mc mirror a b',
        'restic backup .',
        'borg create repo::x .',
        'deck diff',
        'kafka-topics --bootstrap-server x --list',
        'gh pr list',
        'gh api repos/a/b',
        'heroku ps',
        'vercel dev',
        'firebase emulators:start',
        'vault kv list x',
        'nomad job status',
        'java -jar app.jar',
        'java -jar jenkins-cli.jar -s http://x list-jobs',
        'circleci config validate',
      ],
    },
  },
];
