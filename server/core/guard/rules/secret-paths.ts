import { HOLE, type Word } from '../interpreted.ts';

/** Names of files that hold secrets, whatever folder they lie in. */
const secretNames =
  /^(?:\.env(?:\.[\w.-]+)?|\.envrc|[\w.-]+\.env|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|id_rsa\.\w+|.*\.(?:key|p12|pfx|jks|keystore|kdbx|ppk|p8|pkcs12|ovpn)|.*(?:private|priv|secret|rsa|host|server|client|tls|ssl)[\w.-]*\.pem|key\.pem|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.pypirc|\.htpasswd|\.git-credentials|\.dockercfg|\.vault-token|\.boto|\.s3cfg|\.terraformrc|credentials\.tfrc\.json|.*_history|\.histfile|wallet\.dat|master\.key|credentials\.ya?ml\.enc|\.password-store|\.?secrets?\.(?:ya?ml|json|toml|env|txt|ini|properties)|\.dev\.vars|appsettings\.(?:prod|production|staging)\.json|local\.settings\.json|wp-config\.php|credentials(?:\.(?:json|csv|ya?ml|toml|ini|env|txt|db|xml))?|service[-_]?account[\w.-]*\.json|client_secret[\w.-]*\.json|gha-creds-[\w]+\.json|login\.keychain(?:-db)?|Login Data|logins\.json|key[34]\.db|cookies\.sqlite|\.npmrc|\.env_file|kubeconfig|htpasswd|shadow|gshadow|sudoers|\.secrets?|\.credentials(?:\.json)?|.*\.tfvars|terraform\.tfstate(?:\.backup)?|authinfo\.gpg|\.authinfo|ntds\.dit|krb5\.keytab|.*\.keytab|krb5cc_\d+)$/i;

/** Names that say by a word that they hold a secret, whatever comes after it. */
const sayingNames =
  /^\.?(?:[\w-]*[_-])?(?:(?:pass(?:word|wd|phrase)s?|vault[_-]?pass|creds?|credentials?|(?:api|access|auth|oauth|refresh|bearer|github|gh|gitlab|npm|pypi|slack|bot|deploy|root|sa|service|admin)[_-]?tokens?|(?:api|secret|private|signing|encryption|deploy|ssh|gpg|age|host|license|service|sa|gcp|aws|master)[_-]?keys?|(?:recovery|backup)[_-]codes|mnemonic|seed[_-]?phrase|client[_-]secret|adminsdk[\w-]*)(?:\.(?:txt|json|ya?ml|toml|ini|cfg|conf|csv|pem|gpg|asc|age|enc|bak|old|xml|properties|db))?|token|tokens?\.txt|key\.(?:txt|json|pem)|auth\.json|firebase[\w-]*adminsdk[\w-]*\.json|service[_-]?account[\w-]*\.json|(?:aws|ec2|prod|bastion|server|deploy)[\w-]*\.pem|secrets?[\w-]*\.(?:ya?ml|json|toml|env|txt|ini|enc|properties)|env\.(?:production|prod|staging|local)|pip\.conf|rclone\.conf|\.?(?:viminfo|lesshst|wget-hsts)|.*\.(?:env|netrc|npmrc|pgpass)(?:~|[._-](?:bak|old|orig|save|swp|backup|copy|gpg|\d+)))$/i;
/** Of these only a folder of settings makes a secret. */
const secretFolders = /(?:^|\/)(?:\.?secrets?|private|\.kamal)\/[^/]+$/;

/** Names that look like them and hold examples or public halves. */
const openNames =
  /(?:[._-](?:example|sample|template|dist|tmpl|defaults?|schema|stub|mock|d\.ts)|\.pub|\.md|\.example\.\w+|(?:^|[._-])pub(?:lic)?(?:[._-]key)?\.(?:key|pem))$/i;
const sampleNames =
  /^(?:(?:example|sample|template)[._-]|.*\.(?:example|sample|template)\.(?:env|ya?ml|json|tfvars)$)/i;

/** Folders and files that are secret by where they lie. */
const secretPlaces =
  /(?:^|\/)(?:\.ssh(?:\/(?!known_hosts|config$|.*\.pub$|authorized_keys$).*)?|\.aws(?:\/(?:credentials|config|sso|cli)?.*)?|\.gnupg(?:\/.*)?|\.kube(?:\/config.*)?|\.docker\/config\.json|\.config\/(?:gh|hub|glab-cli|glab|gcloud|op|doctl|hcloud|rclone|stripe|heroku|fly|netlify|vercel|configstore|anthropic|openai|github-copilot|sops|age|containers\/auth\.json|filezilla|composer\/auth\.json|git\/credentials|lab|tea|ngrok|sentry|pip\/pip\.conf|\.wrangler|dart\/pub-credentials\.json|remmina|neomutt|weechat|fish\/fish_variables|google-chrome|chromium|BraveSoftware)(?:\/.*)?|\.azure(?:\/.*)?|\.cargo\/credentials(?:\.toml)?|\.gem\/credentials|\.m2\/settings(?:-security)?\.xml|\.gradle\/gradle\.properties|\.password-store(?:\/.*)?|Library\/Keychains(?:\/.*)?|Library\/Application Support\/(?:Google\/Chrome|Firefox|BraveSoftware).*|\.mozilla(?:\/.*)?|\.claude\/\.credentials\.json|\.codex\/auth\.json|\.gemini\/oauth_creds\.json|\.local\/share\/(?:keyrings|opencode\/auth\.json).*|\.oci(?:\/.*)?|\.bluemix\/config\.json|\.pulumi\/credentials\.json|\.terraform\.d\/credentials\.tfrc\.json|\.sops(?:\/.*)?|\.fly\/config\.yml|\.databrickscfg|\.snowflake(?:\/.*)?|\.config\/(?:solana|sui|Slack|discord|Signal|atuin|gspread|kaggle|Bitwarden|KeePassXC|keepassxc|1Password|Element)(?:\/.*)?|Library\/Application Support\/(?:Slack|discord|Signal|Bitwarden|1Password|Element|Code\/User\/globalStorage|Arc|Microsoft Edge|Vivaldi|Opera)(?:\/.*)?|\.(?:electrum|monero|near-credentials|aptos|foundry\/keystores|brownie\/accounts|kaggle|passwd-s3fs|vnc\/passwd|msmtprc|fetchmailrc|subversion\/auth|snowsql\/config|composer\/auth\.json|thunderbird|influxdbv2|lein\/credentials\.clj|nuget\/nuget\.config|ivy2\/\.credentials|sbt\/\.credentials|cache\/huggingface\/token|huggingface\/token|local\/share\/TelegramDesktop|chatgpt|grok|cursor\/(?:auth|mcp)\.json|jupyter\/runtime|local\/share\/jupyter\/runtime|mbsyncrc|offlineimaprc|smbcredentials|muttrc|ngrok2|cloudflared\/[^/]*\.(?:pem|json)|wrangler\/config|hex\/hex\.config|pub-cache\/credentials\.json|anthropic|openai|jenkins\/secrets|putty|condarc|bunfig\.toml|yarnrc\.yml|sentryclirc|pip\/pip\.conf|git-credential-cache|rdp|remmina|irssi|weechat)(?:\/.*)?|\.bitcoin(?:\/.*)?|\.ethereum(?:\/.*)?)$/i;

const systemSecrets =
  /(?:^|\/)(?:etc\/(?:shadow-?|gshadow-?|passwd-?|sudoers(?:\.d\/.*)?|ssl\/private(?:\/.*)?|ssh\/ssh_host_.*(?<!\.pub)|kubernetes\/.*\.conf|krb5\.keytab|ppp\/.*secrets|security\/opasswd|mysql\/debian\.cnf|NetworkManager\/system-connections\/.*|wpa_supplicant\/.*|wireguard\/.*|ipsec\.secrets|cifs-credentials|samba\/(?:credentials|private\/.*)|docker\/key\.json|gitlab\/gitlab(?:-secrets\.json|\.rb)|rancher\/.*\.yaml|openvpn\/.*|letsencrypt\/(?:live|archive)\/.*privkey.*)|proc\/(?:[^/]+\/)?(?:environ|mem|kcore)|proc\/[^/]+\/task\/[^/]+\/environ|(?:var\/)?run\/secrets(?:\/.*)?|var\/lib\/(?:docker|kubelet|sss)\/.*|var\/lib\/(?:rancher\/.*token|jenkins\/(?:secrets\/.*|credentials\.xml)|NetworkManager\/secret_key)|var\/(?:spool\/)?mail\/.*|var\/run\/docker\.sock|dev\/(?:mem|kmem))$/;

/** What lies here was made up for tests. */
const testFolders =
  /(?:^|\/)(?:templates?|tests?|__tests__|fixtures?|__fixtures__|testdata|test-data|mocks?|__mocks__|examples?|samples?|spec)\//i;

/** Texts and descriptions by the same names. */
const proseFolders =
  /(?:^|\/)(?:translations?|locales?|i18n|l10n|langs?|languages|messages|schemas?|docs?|node_modules|icons?|assets|wordlists?)\//i;

/** Whether a path, as far as it is known, leads to something secret. */
export function isSecretPath(text: string): boolean {
  if (text === '' || text.length > 400 || /\s{2}|\n|^https?:\/\//i.test(text)) return false;
  const path = clean(text);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (openNames.test(name) || sampleNames.test(name)) return false;
  if (secretPlaces.test(path) || systemSecrets.test(path)) return true;
  return !testFolders.test(path) && isSecretName(name, path);
}

function isSecretName(name: string, path: string): boolean {
  if (!/^(?:wp-config|\.env[\w.]*)\.php$/.test(name) && isTypeOrCode(name)) return false;
  return (
    secretNames.test(name) ||
    secretFolders.test(path) ||
    (/[./]/.test(path) && sayingNames.test(name) && !proseFolders.test(path))
  );
}

/** A bare word that a program which only takes files would open: `deploy_key`, `token`. */
export function isBareSecret({ text }: Word): boolean {
  return /^[\w-]+$/.test(text) && sayingNames.test(text);
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
  'prod.env',
  'cert.p12',
  'cert.pfx',
  'logins.kdbx',
  'release.jks',
  'release.keystore',
  'prod.tfvars',
  'client.ovpn',
  'secrets.yml',
  'secrets.json',
  'service-account.json',
  'client_secret.json',
  'auth.json',
  '/proc/self/environ',
  '/proc/1/environ',
  '.bash_history',
  '.zsh_history',
];

/** A variable may be empty: `.en${X}v`. */
function withoutVariables({ text, holes }: Word): string | undefined {
  if (holes.length === 0 || !holes.every((hole) => /^\$[{\w]/.test(hole))) return undefined;
  return text.startsWith(HOLE) ? undefined : text.replaceAll(HOLE, '');
}

/** Whether a word names something secret, or is a pattern that would. */
export function isSecretWord(word: Word): boolean {
  const { text, glob } = word;
  if (isSecretPath(text)) return true;
  const rest = withoutVariables(word);
  if (rest !== undefined && isSecretPath(rest)) return true;
  if (!glob || !/[*?[{]/.test(text)) return false;
  // `.netrc*` is also `.netrc`.
  if (isSecretPath(text.replace(/[*?]+$/, ''))) return true;
  const pattern = globPattern(text);
  if (!pattern) return false;
  const absolute = text.startsWith('/');
  const common = !/^[~/]/.test(text) && !/HOME|~/.test(word.holes[0] ?? '') && ofCommonType.test(text);
  return exemplars.some(
    (path) =>
      (pattern.test(path) && !(common && ofCommonType.test(`*${path.slice(path.lastIndexOf('.'))}`))) ||
      (!absolute && pattern.test(`~/${path}`)) ||
      (absolute && pattern.test(`/home/user/${path}`)),
  );
}

/** Every file of a type that most projects are full of: nobody means the one secret by it. */
const ofCommonType = /(?:^|\/)\*+\.(?:json|ya?ml|xml|txt|csv|toml|ini|conf|cfg)$/i;

const classes: Record<string, string> = {
  alpha: 'a-zA-Z',
  lower: 'a-z',
  upper: 'A-Z',
  alnum: 'a-zA-Z0-9',
  digit: '0-9',
  punct: '.,_-',
};

/** A shell pattern as an expression; none for patterns that name nothing in particular. */
function globPattern(text: string): RegExp | undefined {
  const clear = text
    .replaceAll(HOLE, '~')
    .replace(/^\.\//, '')
    .replaceAll(/\[:(\w+):\]/g, (_, name: string) => classes[name] ?? '');
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
