import type { SimpleCommand } from '../interpreted.ts';
import type { Rule, RuleMatch } from '../rule.ts';
import { hasRemovingFlag, isTrial, plainWords, verbKind } from './service-verbs.ts';

/** Command lines of services that hold what a team runs, stores, sends or sells. */
const serviceTools = // clouds
  (
    'aws awslocal gcloud gsutil az azcopy doctl linode-cli vultr-cli hcloud oci ibmcloud aliyun tccli scw openstack exo civo upctl ovhai eksctl aws-nuke cloud-nuke sam copilot eb ecs-cli chalice amplify ' +
    // platforms
    'heroku vercel now netlify fly flyctl wrangler railway render surge firebase supabase convex deployctl koyeb northflank cf dokku caprover platform upsun ray modal replicate porter qovery encore sst seed zeabur ' +
    // source, pipelines
    'gh glab hub circleci gitlab-runner jenkins-cli jfrog jf argocd argo flux tkn buildkite-agent bk travis drone woodpecker-cli act atlantis spacelift env0 snyk sonar-scanner codefresh teamcity tea bitbucket concourse fly-ci spinnaker spin ' +
    // secrets, identity
    'vault consul nomad boundary waypoint packer doppler op infisical chamber bw keycloak kcadm.sh okta auth0 clerk workos teleport tsh tctl step akeyless conjur ldapdelete ldapmodify ipa samba-tool ' +
    // messages, search, data
    'kafka-topics kafka-acls kafka-configs rpk kcat nats rabbitmqctl rabbitmqadmin pulsar-admin mosquitto_ctrl algolia meilisearch typesense es elasticsearch curator confluent ccloud aiven avn astra mc s3cmd s5cmd b2 rclone snowsql snow databricks bq dbt airbyte abctl airflow dagster prefect temporal tctl temporalio hasura nifi dvc lakectl pinecone weaviate qdrant milvus_cli ' +
    // observability, flags, payments, mail, edge
    'datadog-ci dog pup newrelic newrelic-cli sentry-cli pd pagerduty grafana-cli grafana promtool amtool mimirtool cortextool logcli splunk honeycomb sumologic opsgenie statuspage ldcli launchdarkly split unleash flipt flagsmith growthbook stripe square braintree paypal twilio sendgrid mailgun postmark mailchimp resend fastly cloudflare cloudflared flarectl cfcli akamai netlifyctl bunny dnscontrol octodns deck kong apigeecli apigee tyk traefik haproxy ' +
    // machines, backups, virtualisation
    'vagrant multipass virsh VBoxManage vboxmanage prlctl vmrun govc esxcli pvesh qm pct lxc incus lxd qemu-img limactl lima colima minikube kind k3d k3s microk8s rke kops talosctl omnictl velero restic borg borgmatic duplicity duply kopia rdiff-backup bacula bconsole tarsnap rsnapshot timeshift snapper barman wal-g pgbackrest vzdump tmutil ' +
    // others with a say over shared things
    'shopify contentful sanity strapi ghost storyblok jira slack linear asana notion zendesk salesforce sf sfdx appcenter eas expo app-store-connect play hf huggingface-cli wandb mlflow kaggle oc odo rancher nerdctl crictl ctr buildctl skopeo regctl crane oras docker-machine nixops morph colmena salt salt-key salt-call puppet chef knife cfengine pyinfra fab cap capistrano kamal mina ansible-galaxy'
  ).split(/\s+/);

/** Tools that speak of machines, builds or texts in other ways than by verbs, or have rules of their own for these words. */
const exempt: Record<string, RegExp> = {
  aws: /^(?:configure|\S+ restore-|s3 (?:ls|presign|website|mb|cp|mv)|help|logs (?:tail|filter-log-events|get-.*|describe-.*)|sts|codecommit (?!delete)|ecr (?:get|describe))/,
  gh: /^(?:pr (?:close|ready|lock|unlock|checks|checkout|merge)|issue (?:close|lock|unlock|transfer|pin|unpin)|run (?:watch|rerun|cancel)|browse|status|alias|config|extension|search|gist (?:list|view|clone))/,
  glab: /^(?:mr (?:close|revoke)|issue close|ci (?:cancel|retry|lint)|config|alias)/,
  gcloud: /^(?:config unset|config set|components|auth (?:login|list)|logging read|builds cancel)/,
  az: /^(?:cloud|configure|extension|login|logout|cache)/,
  vercel: /^(?:logout|cache)/,
  minikube: /^(?:pause|unpause|status|stop)/,
  kind: /^(?:get|load)/,
  vagrant: /^(?:halt|suspend|reload)/,
  colima: /^(?:stop)/,
  limactl: /^(?:stop)/,
  multipass: /^(?:stop|suspend)/,
  dbt: /./,
  act: /./,
  split: /^-/,
  bq: /^(?:query)/,
  nats: /^(?:sub|pub|request|req|reply)(?: |$)/,
  mc: /^(?:alias|cat|ls|stat|cp)(?: |$)/,
  wandb: /^(?:sync|login)/,
  sf: /^(?:project deploy preview)/,
  promtool: /^(?:check|test|query)/,
  terraform: /./,
  restic: /^restore .*--target|^(?:dump|mount) |^unlock$/,
  kopia: /^(?:restore|snapshot restore) /,
  stripe: /^(?:listen|login|logs|trigger|config|samples|status)/,
  firebase: /^(?:emulators|serve|login|logout|use)/,
  supabase: /^(?:stop|start|status|link|unlink|db reset|migration)/,
  expo: /^(?:start|export)/,
  deck: /^(?:gateway )?(?:sync|reset|diff|ping|dump|validate|convert|file|completion|version|help)/,
  'sentry-cli': /^(?:releases (?:new|finalize|set-commits)|sourcemaps|login|info)/,
  'ansible-galaxy': /./,
};

function judgeByVerb(command: SimpleCommand): boolean | RuleMatch {
  if (isTrial(command)) return false;
  const words = plainWords(command);
  const line = words.join(' ');
  if (exempt[command.name]?.test(line) || exempt[command.name]?.test(command.args.map(({ text }) => text).join(' ')))
    return false;
  if (hasRemovingFlag(command)) return true;
  const { kind, at } = verbKind(words);
  if (kind === undefined || (command.name === 'split' && at === 0)) return false;
  if (kind === 'destroy') return true;
  return {
    verdict: 'ask',
    reason: 'This withdraws, stops or changes something that a team relies on.',
    saferWay: 'Say what should change, and let a person do it.',
  };
}

export const serviceVerbRules: readonly Rule[] = [
  {
    id: 'services.destroy',
    verdict: 'deny',
    programs: [...new Set(serviceTools)],
    matches: judgeByVerb,
    reason: 'This removes something that a service holds for a team.',
    saferWay: 'Show what would be removed with list or describe, and let a person remove it.',
    examples: {
      ng: [
        'aws ec2 terminate-instances --instance-ids i-1',
        'aws --profile prod rds delete-db-instance --db-instance-identifier x',
        'gcloud sql instances delete x',
        'az group delete --name x --yes',
        'doctl compute droplet delete 1',
        'gh repo delete a/b --yes',
        'heroku apps:destroy x',
        'fly apps destroy x',
        'vercel remove x',
        'netlify sites:delete',
        'wrangler r2 bucket delete x',
        'kafka-topics --bootstrap-server x --delete --topic y'.replace('--delete', 'delete'),
        'nats stream purge X',
        'rabbitmqctl delete_queue q',
        'vault kv delete secret/x',
        'consul kv delete -recurse x',
        'op item delete x',
        'restic forget --prune',
        'velero backup delete x',
        'borg delete repo',
        'stripe products delete p_1',
        'ldcli flags archive x',
        'eksctl delete cluster x',
        'virsh destroy vm',
        'firebase projects:delete x',
        'gh secret delete X',
        'algolia indices delete x',
        'newrelic entity tags delete --guid x',
        'sentry-cli releases delete 1',
        'circleci context delete x',
        'aws kms schedule-key-deletion --key-id x',
        'aws s3 rb s3://x --force'.replace('rb', 'rm'),
        'gh workflow disable x',
        'rabbitmqctl stop_app',
      ],
      ok: [
        'aws s3 ls',
        'aws ec2 describe-instances',
        'gcloud compute instances list',
        'az group show --name x',
        'gh pr view 1',
        'gh pr create --title "delete x"',
        'heroku logs --tail',
        'fly status',
        'vercel ls',
        'wrangler dev',
        'nats stream info X',
        'vault status',
        'consul members',
        'restic snapshots',
        'velero backup get',
        'borg list repo',
        'stripe products list',
        'ldcli flags list',
        'aws ec2 terminate-instances --dry-run --instance-ids i-1',
        'aws sqs send-message --message-body delete',
        'gh issue create --title "remove x"',
        'gh issue list --search delete',
        'kind get clusters',
        'gh pr close 3',
      ],
    },
  },
];
