import { HOLE, type Word } from '../interpreted.ts';

/** Names of files that hold secrets, whatever folder they lie in. */
const secretNames =
  /^(?:\.env(?:\.[\w.-]+)?|\.envrc|[\w.-]+\.env|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|id_rsa\.\w+|.*\.(?:key|p12|pfx|jks|keystore|kdbx|ppk|p8|pkcs12|ovpn)|.*(?:private|priv|secret|rsa|host|server|client|tls|ssl)[\w.-]*\.pem|key\.pem|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.pypirc|\.htpasswd|\.git-credentials|\.dockercfg|\.vault-token|\.boto|\.s3cfg|\.terraformrc|credentials\.tfrc\.json|.*_history|\.histfile|wallet\.dat|master\.key|credentials\.ya?ml\.enc|\.password-store|\.?secrets?\.(?:ya?ml|json|toml|env|txt|ini|properties)|\.dev\.vars|appsettings\.(?:prod|production|staging)\.json|local\.settings\.json|wp-config\.php|credentials(?:\.(?:json|csv|ya?ml|toml|ini|env|txt|db|xml))?|service[-_]?account[\w.-]*\.json|client_secret[\w.-]*\.json|gha-creds-[\w]+\.json|login\.keychain(?:-db)?|Login Data|logins\.json|key[34]\.db|cookies\.sqlite|\.npmrc|\.env_file|kubeconfig|htpasswd|shadow|gshadow|sudoers|\.secrets?|\.credentials(?:\.json)?|.*\.tfvars|terraform\.tfstate(?:\.backup)?|authinfo\.gpg|\.authinfo|ntds\.dit|krb5\.keytab|.*\.keytab|krb5cc_\d+)$/i;

/** Names that look like them and hold examples or public halves. */
const openNames =
  /(?:[._-](?:example|sample|template|dist|tmpl|defaults?|schema|stub|mock|d\.ts)|\.pub|\.md|\.example\.\w+)$/i;
const sampleNames =
  /^(?:(?:example|sample|template)[._-]|.*\.(?:example|sample|template)\.(?:env|ya?ml|json|tfvars)$)/i;

/** Folders and files that are secret by where they lie. */
const secretPlaces =
  /(?:^|\/)(?:\.ssh(?:\/(?!known_hosts|config$|.*\.pub$|authorized_keys$).*)?|\.aws(?:\/(?:credentials|config|sso|cli)?.*)?|\.gnupg(?:\/.*)?|\.kube(?:\/config.*)?|\.docker\/config\.json|\.config\/(?:gh|hub|glab-cli|glab|gcloud|op|doctl|hcloud|rclone|stripe|heroku|fly|netlify|vercel|configstore|anthropic|openai|github-copilot|sops|age|containers\/auth\.json|filezilla|composer\/auth\.json|git\/credentials|google-chrome|chromium|BraveSoftware)(?:\/.*)?|\.azure(?:\/.*)?|\.cargo\/credentials(?:\.toml)?|\.gem\/credentials|\.m2\/settings(?:-security)?\.xml|\.gradle\/gradle\.properties|\.password-store(?:\/.*)?|Library\/Keychains(?:\/.*)?|Library\/Application Support\/(?:Google\/Chrome|Firefox|BraveSoftware).*|\.mozilla(?:\/.*)?|\.claude\/\.credentials\.json|\.codex\/auth\.json|\.gemini\/oauth_creds\.json|\.local\/share\/(?:keyrings|opencode\/auth\.json).*|\.oci(?:\/.*)?|\.bluemix\/config\.json|\.pulumi\/credentials\.json|\.terraform\.d\/credentials\.tfrc\.json|\.sops(?:\/.*)?|\.fly\/config\.yml|\.databrickscfg|\.snowflake(?:\/.*)?|\.config\/(?:solana|sui|Slack|discord|Signal|atuin|gspread|kaggle|Bitwarden|KeePassXC|keepassxc|1Password|Element)(?:\/.*)?|Library\/Application Support\/(?:Slack|discord|Signal|Bitwarden|1Password|Element|Code\/User\/globalStorage|Arc|Microsoft Edge|Vivaldi|Opera)(?:\/.*)?|\.(?:electrum|monero|near-credentials|aptos|foundry\/keystores|brownie\/accounts|kaggle|passwd-s3fs|vnc\/passwd|msmtprc|fetchmailrc|subversion\/auth|snowsql\/config|composer\/auth\.json|thunderbird|influxdbv2|lein\/credentials\.clj|nuget\/nuget\.config|ivy2\/\.credentials|sbt\/\.credentials|cache\/huggingface\/token|huggingface\/token|local\/share\/TelegramDesktop|chatgpt|grok|cursor\/(?:auth|mcp)\.json)(?:\/.*)?|\.bitcoin(?:\/.*)?|\.ethereum(?:\/.*)?)$/i;

const systemSecrets =
  /(?:^|\/)(?:etc\/(?:shadow-?|gshadow-?|passwd-?|sudoers(?:\.d\/.*)?|ssl\/private(?:\/.*)?|ssh\/ssh_host_.*(?<!\.pub)|kubernetes\/.*\.conf|krb5\.keytab|ppp\/.*secrets|security\/opasswd|mysql\/debian\.cnf|letsencrypt\/(?:live|archive)\/.*privkey.*)|proc\/(?:[^/]+\/)?(?:environ|mem|kcore)|proc\/[^/]+\/task\/[^/]+\/environ|(?:var\/)?run\/secrets(?:\/.*)?|var\/lib\/(?:docker|kubelet|sss)\/.*|var\/run\/docker\.sock|dev\/(?:mem|kmem))$/;

/** What lies here was made up for tests. */
const testFolders =
  /(?:^|\/)(?:tests?|__tests__|fixtures?|__fixtures__|testdata|test-data|mocks?|__mocks__|examples?|samples?|spec)\//i;

/** Whether a path, as far as it is known, leads to something secret. */
export function isSecretPath(text: string): boolean {
  if (text === '' || text.length > 400 || /\s{2}|\n|^https?:\/\//i.test(text)) return false;
  const path = clean(text);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (openNames.test(name) || sampleNames.test(name)) return false;
  if (secretPlaces.test(path) || systemSecrets.test(path)) return true;
  if (testFolders.test(path)) return false;
  return (name === 'wp-config.php' || !isTypeOrCode(name)) && secretNames.test(name);
}

/** `keys.ts` and `secrets.go` are programs. */
function isTypeOrCode(name: string): boolean {
  return /\.(?:[cm]?[jt]sx?|go|rs|py|rb|java|kt|swift|c|h|cpp|cs|php|md|html?|css|svg|png|test|spec)$/i.test(name);
}

/** Doubled slashes, `./`, `x/..` taken out; what is not known stands for one part. */
function clean(text: string): string {
  const parts: string[] = [];
  for (const part of text.replaceAll(HOLE, '~').replaceAll('\\', '/').split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (text.startsWith('/') ? '/' : '') + parts.join('/');
}

/** One of each kind, for patterns that the shell would expand. */
const exemplars = [
  '.env',
  '.env.local',
  '.env.production',
  'id_rsa',
  'id_ed25519',
  '.ssh/id_rsa',
  '.ssh/id_ed25519',
  '.aws/credentials',
  '.npmrc',
  '.netrc',
  '.pgpass',
  '.git-credentials',
  '.docker/config.json',
  '.kube/config',
  '.gnupg/secring.gpg',
  '.config/gh/hosts.yml',
  '/etc/shadow',
  '/etc/sudoers',
  '/etc/passwd',
  'server.key',
  'server-key.pem',
  'credentials.json',
  'secrets.yml',
  '/proc/self/environ',
  '/proc/1/environ',
  '.bash_history',
  '.zsh_history',
];

/** Whether a word names something secret, or is a pattern that would. */
export function isSecretWord({ text, glob }: Word): boolean {
  if (isSecretPath(text)) return true;
  if (!glob || !/[*?[{]/.test(text)) return false;
  const pattern = globPattern(text);
  if (!pattern) return false;
  const absolute = text.startsWith('/');
  return exemplars.some(
    (path) =>
      pattern.test(path) ||
      (!absolute && pattern.test(`~/${path}`)) ||
      (absolute && pattern.test(`/home/user/${path}`)),
  );
}

/** A shell pattern as an expression; none for patterns that name nothing in particular. */
function globPattern(text: string): RegExp | undefined {
  const clear = text.replaceAll(HOLE, '~').replace(/^\.\//, '');
  if (!/[a-z]{2}/i.test(clear.replace(/\[[^\]]*\]/g, '')) && !clear.startsWith('.')) return undefined;
  let source = '';
  for (let at = 0; at < clear.length; at++) {
    const sign = clear.charAt(at);
    const close = sign === '[' ? clear.indexOf(']', at + 2) : -1;
    if (sign === '*') source += at === 0 || clear.charAt(at - 1) === '/' ? '(?!\\.)[^/]*' : '[^/]*';
    else if (sign === '?') source += '[^/]';
    else if (close > 0) {
      source += `[${clear
        .slice(at + 1, close)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[')}]`;
      at = close;
    } else source += sign.replace(/[.+^$(){}|\\]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'i');
  } catch {
    return undefined;
  }
}
