import { actionFamilies, type ActionFamily } from './action-family.ts';

/** What programs are for, by the families that people speak of. A program may be of several. */

const words = (text: string) => text.trim().split(/\s+/);

/** Whatever they are told to do. */
const always: Partial<Record<ActionFamily, readonly string[]>> = {
  deletion: words(
    'rm rmdir unlink shred srm wipe rimraf del erase rd remove-item truncate trash trash-put trash-empty gio del-cli trash-cli',
  ),
  databases: words(`
    mysql mariadb mycli psql pgcli sqlite3 sqlite litecli libsql duckdb cockroach clickhouse-client clickhouse sqlcmd bq
    snowsql cqlsh sqlplus isql trino presto-cli hive beeline spark-sql mysqlsh usql osqueryi influx mongo mongosh
    cypher-shell neo4j-admin arangosh surreal edgedb gel redis-cli valkey-cli keydb-cli createdb createuser dropdb dropuser
    mysqladmin mariadb-admin pg_ctl pg_restore pg_dump pg_dumpall mysqldump mariadb-dump mysqlimport pg_resetwal
    mongodump mongorestore mongoimport mongoexport initdb vacuumdb reindexdb nodetool etcdctl influxd`),
  network: words(`
    curl wget wget2 aria2c curlie http https xh xhs httpie nc ncat netcat socat telnet ssh autossh mosh scp sftp ftp tftp lftp
    ncftpput smbclient rclone croc wormhole magic-wormhole websocat ngrok cloudflared frpc chisel lt localtunnel tailscale
    invoke-webrequest iwr invoke-restmethod irm start-bitstransfer`),
  secrets: words(`
    vault op pass gopass bw lpass security secret-tool gpg gpg2 age sops ssh-add ssh-keygen ansible-vault doppler infisical
    chamber keyctl keytool teller keyring kubeseal kwallet-query cmdkey step conjur`),
  machine: words(`
    kill pkill killall skill taskkill stop-process reboot shutdown halt poweroff telinit kexec chmod chown chgrp setfacl
    setcap chattr icacls takeown attrib useradd adduser usermod userdel deluser groupadd groupmod groupdel passwd chpasswd
    chsh visudo mkfs fdisk sfdisk parted wipefs cryptsetup mdadm dd swapon swapoff mount umount fusermount losetup sysctl
    modprobe insmod rmmod setenforce iptables ip6tables nft ufw firewall-cmd netsh at batch schtasks systemd-run launchctl
    update-rc.d chkconfig hostnamectl timedatectl nsenter unshare chroot reg diskpart bcdedit`),
  cloud: words('ansible ansible-playbook ansible-pull packer cdktf kamal cap capistrano chef puppet nixos-rebuild'),
};

/** Only when they do more than look (`kubectl get`, `git status`). */
const unlessLooking: Partial<Record<ActionFamily, readonly string[]>> = {
  'version-control': words('git gh glab hub tea hg svn jj p4 fossil bzr sl cvs darcs git-filter-repo bfg git-lfs'),
  cloud: words(`
    aws awslocal gcloud gsutil az kubectl k oc kubecolor microk8s.kubectl helm helm3 helmfile kustomize skaffold tilt docker podman
    nerdctl docker-compose podman-compose buildah crictl ctr terraform tofu terragrunt pulumi cdk sam serverless sls sst
    copilot eb amplify salt vercel netlify fly flyctl firebase railway heroku doctl wrangler render koyeb nomad consul
    argocd flux istioctl linkerd eksctl kops kubeadm k3s k3d kind minikube multipass virsh vagrant lxc incus qm pct linode-cli
    hcloud vultr-cli oci ibmcloud aliyun scw openstack supabase convex neonctl pscale turso rabbitmqctl pm2 supervisorctl
    dokku cf odo nats kafka-topics kafka-topics.sh kafka-configs kafka-configs.sh s3cmd s5cmd mc cloudflare flarectl`),
  databases: words('influx patronictl repmgr pgbackrest barman wal-g pt-online-schema-change gh-ost hdfs dbt'),
  machine: words('systemctl service rc-service sv initctl crontab loginctl nmcli ip ifconfig route zfs zpool btrfs'),
  packages: words(`
    apt apt-get aptitude dpkg yum dnf zypper rpm pacman apk emerge brew port snap flatpak choco winget scoop nix-env asdf
    mise nvm rustup conda mamba easy_install cpan cpanm luarocks pod`),
};

function byProgram(table: Partial<Record<ActionFamily, readonly string[]>>): Map<string, ActionFamily[]> {
  const found = new Map<string, ActionFamily[]>();
  for (const family of actionFamilies)
    for (const name of table[family] ?? []) found.set(name, [...(found.get(name) ?? []), family]);
  return found;
}

export const familiesOfProgram: ReadonlyMap<string, readonly ActionFamily[]> = byProgram(always);
export const familiesUnlessLooking: ReadonlyMap<string, readonly ActionFamily[]> = byProgram(unlessLooking);

/** Tools that are found also behind a starter (`npx prisma`, `bundle exec rails`, `python manage.py`), by what they are told. */
export const familiesByVerb: ReadonlyMap<string, { family: ActionFamily; verbs: RegExp }> = new Map(
  Object.entries<[ActionFamily, RegExp]>({
    prisma: ['databases', /^(?:migrate (?!status|diff)|db )/],
    drizzle: ['databases', /^(?:push|migrate|drop|up)/],
    'drizzle-kit': ['databases', /^(?:push|migrate|drop|up)/],
    knex: ['databases', /^(?:migrate:(?!make|list|status|currentVersion)|seed:run)/],
    sequelize: ['databases', /^db:/],
    'sequelize-cli': ['databases', /^db:/],
    typeorm: ['databases', /^(?:schema:|migration:(?:run|revert)|query|cache:)/],
    'typeorm-ts-node-commonjs': ['databases', /^(?:schema:|migration:(?:run|revert)|query|cache:)/],
    'mikro-orm': ['databases', /^(?:schema:|database:|seeder:run|migration:(?!create|list|pending|check))/],
    rails: ['databases', /^(?:db:(?!version|migrate:status)|dbconsole|db\b)/],
    rake: ['databases', /^db:(?!version|migrate:status)/],
    alembic: ['databases', /^(?:upgrade|downgrade|stamp)/],
    flask: ['databases', /^db (?:upgrade|downgrade|stamp)/],
    aerich: ['databases', /^(?:upgrade|downgrade|init-db)/],
    diesel: ['databases', /^(?:database|setup|migration (?:run|revert|redo))/],
    sqlx: ['databases', /^(?:database|migrate (?:run|revert))/],
    'sea-orm-cli': ['databases', /^migrate (?!status|init|generate)/],
    goose: ['databases', /(?:^| )(?:up|down|redo|reset)/],
    migrate: ['databases', /(?:^| )(?:up|down|drop|force|goto)(?= |$)/],
    dbmate: ['databases', /(?:^| )(?:up|down|drop|rollback|create|migrate|load)(?= |$)/],
    atlas: ['databases', /^(?:schema (?:apply|clean)|migrate (?:apply|down|set))/],
    flyway: ['databases', /(?:^| )(?:migrate|clean|undo|repair|baseline)(?= |$)/],
    liquibase: ['databases', /(?:^| )(?:update|drop-?all|rollback|clear|changelog-?sync|tag|execute)/i],
    artisan: ['databases', /^(?:migrate(?!:(?:status|install))|db:|schema:)/],
    'manage.py': ['databases', /^(?:migrate|flush|dbshell|loaddata|reset_db|sqlflush|dropdb|delete_|clear_)/],
    'django-admin': ['databases', /^(?:migrate|flush|dbshell|loaddata)/],
    console: [
      'databases',
      /^(?:doctrine:(?:database|schema|fixtures|migrations:(?:migrate|execute|rollup|version)|query)|dbal:)/,
    ],
    doctrine: ['databases', /^(?:orm:schema-tool|migrations:(?:migrate|execute)|dbal:)/],
    mix: ['databases', /^ecto\.(?!gen|migrations)/],
    phinx: ['databases', /^(?:migrate|rollback|seed:run)/],
    hasura: ['databases', /^(?:migrate (?!status|create)|metadata (?:apply|clear|reset)|seed apply)/],
    sqitch: ['databases', /^(?:deploy|revert|rebase|checkout)/],
    'node-pg-migrate': ['databases', /^(?:up|down|redo)/],
    'migrate-mongo': ['databases', /^(?:up|down)/],
    'db-migrate': ['databases', /^(?:up|down|reset|db:)/],
    dotnet: ['databases', /^ef (?:database|dbcontext optimize)/],
    wp: ['databases', /^(?:db|search-replace|site (?:empty|delete))/],
    drush: ['databases', /^(?:sql|updb|updatedb|site-install|si\b)/],
    wrangler: ['databases', /^d1 /],
    supabase: ['databases', /^(?:db|migration (?:up|repair|squash))/],
    turso: ['databases', /^db /],
    heroku: ['databases', /^pg:/],
  }).map(([name, [family, verbs]]) => [name, { family, verbs }]),
);

/** Managers of packages that do other things as well: those verbs that change what is installed or needed. */
export const packageVerbs: ReadonlyMap<string, RegExp> = new Map<string, RegExp>([
  ...['npm', 'pnpm', 'yarn', 'bun'].map(
    (name) =>
      [
        name,
        /^(?:i|in|install|ci|clean-install|add|a|update|up|upgrade|uninstall|un|remove|rm|r|link|ln|unlink|dedupe|ddp|prune|rebuild|audit fix|import|fetch|self-update|set version|global|store prune|cache clean)(?= |$)/,
      ] as const,
  ),
  ['pip', /^(?:install|uninstall|download|wheel)/],
  ['pip3', /^(?:install|uninstall|download|wheel)/],
  ['pipx', /^(?:install|uninstall|upgrade|inject|reinstall)/],
  [
    'uv',
    /^(?:add|remove|sync|lock|pip (?:install|uninstall|sync)|tool (?:install|uninstall|upgrade)|python (?:install|uninstall)|cache)/,
  ],
  ['poetry', /^(?:add|remove|install|update|sync|lock|self|env remove|cache)/],
  ['pdm', /^(?:add|remove|install|update|sync|lock|self)/],
  ['pipenv', /^(?:install|uninstall|update|sync|lock|upgrade|clean)/],
  ['hatch', /^(?:env (?:create|remove|prune)|dep)/],
  ['cargo', /^(?:add|remove|rm|install|uninstall|update|fetch|binstall|vendor)/],
  ['go', /^(?:get|install|mod (?:tidy|download|vendor)|clean .*-modcache)/],
  ['gem', /^(?:install|uninstall|update|cleanup)/],
  ['bundle', /^(?:install|update|add|remove|lock|clean)/],
  ['composer', /^(?:install|i|update|upgrade|u|require|r|remove|rm|global|self-update)(?= |$)/],
  ['dotnet', /^(?:add|remove|restore|tool (?:install|uninstall|update)|workload)/],
  ['nuget', /^(?:install|restore|update)/],
  ['mix', /^(?:deps\.(?!tree)|archive\.|local\.)/],
  ['nix', /^(?:profile|store (?:delete|gc)|upgrade-nix|flake update)/],
  ['dart', /^pub (?:get|add|remove|upgrade|global)/],
  ['flutter', /^(?:pub (?:get|add|remove|upgrade|global)|upgrade)/],
  ['swift', /^package (?:update|resolve|reset)/],
  ['corepack', /^(?:enable|install|prepare|use|up|yarn|pnpm)/],
]);

/** What other tools say of secrets. */
export const secretVerbs: ReadonlyMap<string, RegExp> = new Map([
  [
    'aws',
    /^(?:secretsmanager|ssm \S*parameter|kms|sts (?:assume|get-session)|configure (?:get|export)|iam \S*access-key)/,
  ],
  ['gcloud', /^(?:secrets|kms|auth (?:print|application-default)|iam service-accounts keys)/],
  ['az', /^(?:keyvault|account get-access-token|ad sp credential)/],
  ['kubectl', /(?:^| )secrets?(?=[ /]|$)/],
  ['oc', /(?:^| )secrets?(?=[ /]|$)/],
  ['gh', /^(?:secret|auth token)/],
  ['glab', /^(?:variable|auth token)/],
  ['docker', /^secret/],
  ['fly', /^secrets/],
  ['flyctl', /^secrets/],
  ['wrangler', /^secret/],
  ['supabase', /^secrets/],
  ['heroku', /^(?:config|auth:token)/],
  ['vercel', /^env/],
  ['netlify', /^env/],
  ['railway', /^variables/],
]);

/** What the name of a project's task says (`npm run db:migrate`, `make deploy`). */
export const taskWords: readonly [ActionFamily, RegExp][] = [
  ['databases', /(?:^|[:_./-])(?:db|database|migrat\w*|seed|prisma|schema|sql)(?:$|[:_./-])/i],
  [
    'cloud',
    /(?:^|[:_./-])(?:deploy\w*|undeploy|provision|infra|terraform|tf|k8s|helm|rollout|rollback|destroy|cluster|docker|aws|gcp)(?:$|[:_./-])/i,
  ],
  ['publishing', /(?:^|[:_./-])(?:publish|release)(?:$|[:_./-])/i],
];
