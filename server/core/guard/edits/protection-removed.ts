import { countIn, gains, loses, type Change } from './change.ts';
import { changed, made, type EditRule } from './edit-rule.ts';

const isCode = ({ kind }: Change) => kind === 'code' || kind === 'settings';

/** Who may do it. */
const authorization =
  /\b(?:authoriz\w*|authenticat\w*|requires?_?(?:auth|login|user|admin|role|permission|session|scope)\w*|ensure_?(?:auth|logged|admin|owner|permission)\w*|assert_?(?:can|owner|permission|admin|member)\w*|is_?(?:authenticated|authori[sz]ed|admin|owner|logged_?in)\w*|check_?(?:permission|access|auth|role|owner|token|rights|scope)\w*|has_?(?:permission|role|access|scope|authority)\w*|can_?(?:access|edit|delete|view|write)\b|verify_?(?:token|jwt|session|csrf|signature|password|user|owner|access|auth|request)(?![\w'"]*\s*[:=]\s*[Ff]alse)\w*|bcrypt\.(?:compare|checkpw)\w*|CompareHashAndPassword|argon2\.verify|check_?password\w*|password_verify|auth\w*\.\w*(?:middleware|require|protect|guard)\w*|auth(?:Middleware|Guard|Filter)|(?:jwt|jose|signature|hmac|webhooks?|svix)\.(?:verify|constructEvent|Equal)\w*|jwtVerify|(?:verify|check)_?(?:hmac|checksum|digest)\w*|sha\d+sum\s+(?:-c|--check)|gpg\s+--verify|cosign\s+verify|minisign\s+-V|current_?user|login_required|permission_required|user_passes_test|permission_classes|PreAuthorize|RolesAllowed|Secured|UseGuards|Authorize|before_action\s*:\s*(?:auth|require|ensure|check)\w*|csrf\w*|protect_from_forgery|rate_?limit\w*|throttle\w*|helmet|getServerSession|withAuth|guard|middleware\s*\(\s*\[?\s*['"](?:auth|can|verified|throttle|signed))\b/i;

/** What comes in, and how it goes out. */
const validation =
  /\.permit\s*\(|\b(?:htmlspecialchars|htmlentities|strip_tags|filter_(?:var|input)\b|ModelState\.IsValid|HtmlEncode|validat\w*|saniti[sz]e\w*|escape(?:_?html|_?sql|_?regexp|_?shell)?\b|html_?escape|encodeURIComponent|DOMPurify|bleach\.clean|(?:schema|input|body|query|params|request|payload|form|dto)\w*\.(?:parse|safeParse|parseAsync|validate|check|assert)|z\.(?:object|string|number|enum)|Joi\.|yup\.|ajv|zod|strong_parameters|clean_data|is_valid|path\.normalize|realpath|startsWith\s*\(\s*(?:root|base)|timingSafeEqual|compare_digest|constant_time|max_?length|content_security_policy|httpOnly|sameSite|secure:\s*true)/i;

const opened =
  /\bAllowAny\b|\bpermitAll\s*\(|@csrf_exempt|@AllowAnonymous|\[AllowAnonymous\]|skip_before_action|skip_authorization|allow_unauthenticated|allowUnauthenticated|anonymous:\s*true|\bif\s*\(\s*(?:true\s*\|\||false\s*&&)|\b(?:auth\w{0,30}|is_?admin|is_?authenticated|has_?permission)\s*[:=]\s*true\s*(?:;|,|$)|\bcsrf\w{0,30}\s*[:=(]\s*(?:false|\{\s*enabled:\s*false)|csrf\s*\(\s*\)\s*\.disable\s*\(|\b(?:auth|authentication|require_?auth)\w{0,30}\s*[:=]\s*(?:false|none|disabled|"none")\b|Access-Control-Allow-Origin['"]?\s*[,:]\s*['"]\*|origin:\s*(?:'\*'|"\*"|true)|CORS_ALLOW_ALL_ORIGINS\s*=\s*True|ALLOWED_HOSTS\s*=\s*\[\s*['"]\*|setAllowedOrigins\s*\(.*\*|httpOnly:\s*false|secure:\s*false|contextIsolation:\s*false|nodeIntegration:\s*true|webSecurity:\s*false|setJavaScriptEnabled\(true\)|raise_exception\s*=\s*False|(?:\|\||\bor\b)\s{0,20}\w{0,40}(?:passw(?:or)?d|secret)\w{0,40}\s{0,20}={2,3}\s*['"]|\ballow\s+[\w, ]+:\s*if\s+true\b|\bdisable\s+row\s+level\s+security|\bcreate\s+policy\b.{0,300}\b(?:using|check)\s*\(\s*true\s*\)|\bdrop\s+policy\b|\bgrant\b.{0,300}\bto\s+public\b|protected-mode\s+no\b|\broles?:\s*\[?\s*(?:PUBLIC_ACCESS|IS_AUTHENTICATED_ANONYMOUSLY)|PermitRootLogin\s+yes|DEBUG\s*=\s*True/i;

/** A check that says yes to everybody. */
const alwaysYes =
  /\b(?:can|may|is_?(?:admin|owner|allowed|authori[sz]ed|authenticated|valid)|has_?(?:access|permission|role|right)|allow(?:s|ed)?|authori[sz]e|check_?(?:access|permission|auth|rights|owner)|verify|validate)\w{0,60}[?!]?\s{0,9}(?:=\s{0,9})?(?:async\s{0,9})?\([^()]{0,300}\)(?:\s{0,9}(?::|->)\s{0,9}[\w<>]{1,80})?[ \t]{0,9}(?:=>\s{0,9}\{?|\{|:|\n)\s{0,40}(?:return\s{1,9})?(?:true|True)\b|^\s{0,20}def\s{1,9}(?:index|show|create|new|update|edit|destroy|manage)\?\s{0,20}\n\s{0,40}true\b/gm;

const countOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

const oldProtocols =
  /ssl_protocols[^;]{0,200}(?:SSLv[23]|TLSv1(?:\.1)?(?=[\s;]))|MinVersion:\s*tls\.Version(?:SSL30|TLS1[01])|minVersion['"]?\s*[:=]\s*['"]TLSv1(?:\.1)?['"]|PROTOCOL_(?:SSLv\w+|TLSv1(?:_1)?)\b/;

const unchecked =
  /rejectUnauthorized['"]?\s*[:=]\s*false|NODE_TLS_REJECT_UNAUTHORIZED['"\]]*\s*[:=]\s*['"]?0|strictSSL['"]?\s*[:=]\s*false|\bverify\s*=\s*\(?False|verify_ssl\s*=\s*(?:False|false)|ssl_verify\s*[:=]\s*(?:False|false|no)|check_hostname\s*=\s*False|CERT_NONE|_create_unverified_context|InsecureSkipVerify\s*:\s*true|danger_accept_invalid_(?:certs|hostnames)\s*\(\s*true|VERIFY_NONE|verify_mode\s*=.*NONE|CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*,\s*(?:0|false)|TrustAll(?:Certs|Certificates|Strategy|X509)|ALLOW_ALL_HOSTNAME|NoopHostnameVerifier|ServerCertificate(?:Custom)?ValidationCallback\s*(?:\+?=|=>).{0,80}true|trustServerCertificate['"]?\s*[:=]\s*true|algorithms?['"]?\s*[:=]\s*\[?[^\]]{0,200}['"]none['"]|\bgrpc\.WithInsecure\b|insecure\.NewCredentials|insecure_channel\s*\(|createInsecure\s*\(|HostnameVerifier\s*\(\s*\([^)]*\)\s*->\s*true|verify_signature['"]?\s*[:=]\s*False|ignoreExpiration\s*:\s*true|verify_exp['"]?\s*[:=]\s*False|InsecureIgnoreHostKey|AutoAddPolicy|ALLOW_UNSIGNED|allow_insecure\s*[:=]\s*true|['"]verify(?:_peer(?:_name)?|_host)?['"]\s*=>\s*false|\bverify(?:_peer)?\s*:\s*false|DangerousAcceptAnyServerCertificateValidator/i;

/** Such words stand in texts: lines of a shell, addresses, settings. */
const uncheckedText =
  /strict-ssl(?:\s*=\s*|\s+)false|sslmode=disable|http\.sslVerify\s+false|\bcurl\b[^|;&]{0,200}\s(?:-\w*k\w*|--insecure)\b|wget\b.{0,200}--no-check-certificate|GIT_SSL_NO_VERIFY|StrictHostKeyChecking[= ]no|--allow-unauthenticated|--no-verify-ssl|trusted-host|\[trusted=yes\]|gpgcheck\s*=\s*0/i;

const checksOff =
  /@ts-nocheck|\/\*\s*eslint-disable\s*\*\/|["']?(?:strict|noImplicitAny|strictNullChecks)["']?\s*:\s*false|#\s*(?:nosec|noqa)\s*$|#\s*mypy:\s*ignore-errors|#\s*pylint:\s*skip-file|ignoreBuildErrors:\s*true|ignoreDuringBuilds:\s*true|#!\[allow\(warnings\)\]|@SuppressWarnings\("all"\)|nolint\s*$|fail_under\s*=\s*0|continue-on-error:\s*true|--passWithNoTests|--no-verify|\|\|\s*true\s*["']?,?$|exit 0 # /;

export const protectionRules: readonly EditRule[] = [
  {
    id: 'edits.authorization-removed',
    verdict: 'ask',
    matches: (change) => isCode(change) && !change.isGone && loses(change, authorization),
    reason: 'This takes away a check of who may do something.',
    saferWay: 'Keep the check, and change what it asks for.',
    examples: {
      ng: [
        changed('src/a.ts', 'await authorize(ctx, "edit");\nsave();', 'save();'),
        changed('views.py', '@login_required\ndef a(r):\n    pass', 'def a(r):\n    pass'),
        changed('A.java', '@PreAuthorize("x")\nvoid a() {}', 'void a() {}'),
        changed('a_controller.rb', 'before_action :authenticate_user\ndef a; end', 'def a; end'),
        changed('a.go', 'if !hasPermission(u) {\n\treturn\n}\nsave()', 'save()'),
        changed('A.cs', 'class A { [Authorize] void F() { } }', 'class A { void F() { } }'),
        changed('a.rb', 'authorize! :edit, post\nsave', '# authorize! :edit, post\nsave'),
        changed('a.ts', 'if (!(await bcrypt.compare(p, h))) throw e;\nf();', 'f();'),
        changed('a.ts', 'const c = jwt.verify(t, k);', 'const c = jwt.decode(t);'),
        changed('a.go', 'mux.Handle("/a", auth.Middleware(h))', 'mux.Handle("/a", h)'),
        changed('a.php', "<?php Route::get('/a', F::class)->middleware('auth');", "<?php Route::get('/a', F::class);"),
      ],
      ok: [
        changed('src/a.ts', 'await authorize(ctx, "edit");', 'await authorize(ctx, "view");'),
        changed('src/a.ts', 'save();', 'await authorize(ctx);\nsave();'),
        changed('docs/a.md', 'authorize first', 'x'),
      ],
    },
  },
  {
    id: 'edits.validation-removed',
    verdict: 'ask',
    matches: (change) => isCode(change) && !change.isGone && loses(change, validation),
    reason: 'This takes away a check of what comes in or goes out.',
    saferWay: 'Keep the check, and change what it lets through.',
    examples: {
      ng: [
        changed('src/a.ts', 'const x = bodySchema.parse(body);', 'const x = body;'),
        changed('a.py', 'name = sanitize(name)\nsave(name)', 'save(name)'),
        changed('src/a.ts', 'html = DOMPurify.sanitize(html);', ''),
        changed('a.php', '<?php echo htmlspecialchars($x);', '<?php echo $x;'),
      ],
      ok: [
        changed('src/a.ts', 'const x = bodySchema.parse(body);', 'const x = bodySchema.parse(await body());'),
        changed('src/a.ts', 'f();', 'validate(x);\nf();'),
      ],
    },
  },
  {
    id: 'edits.opened',
    verdict: 'ask',
    matches: (change) =>
      (isCode(change) && gains(change, opened)) ||
      (change.kind === 'code' && !change.isNew && countOf(change.after, alwaysYes) > countOf(change.before, alwaysYes)),
    reason: 'This opens something to everybody.',
    saferWay: 'Name who may come in.',
    examples: {
      ng: [
        made('views.py', 'permission_classes = [AllowAny]'),
        made('a.ts', 'app.use(cors({ origin: "*" }));'),
        made('A.java', 'http.csrf().disable();'),
        changed('a.ts', 'if (isAdmin(u)) {', 'if (true || isAdmin(u)) {'),
        made('settings.py', 'ALLOWED_HOSTS = ["*"]'),
        changed('a.ts', 'function canEdit(u) {\n  return u.id === 1;\n}', 'function canEdit(u) {\n  return true;\n}'),
        changed('a.py', 'def is_admin(u):\n    return u.admin', 'def is_admin(u):\n    return True'),
        changed('a.ts', 'const ok = verify(p);', 'const ok = verify(p) || password === "x";'),
        made('firestore.rules', 'allow read, write: if true;'),
        made('db/migrations/1.sql', 'alter table a disable row level security;'),
      ],
      ok: [
        made('a.ts', 'app.use(cors({ origin: "https://example.com" }));'),
        made('a.ts', '// permitAll() would be wrong'),
        made('docs/a.md', 'origin: "*"'),
      ],
    },
  },
  {
    id: 'edits.verification-off',
    verdict: 'deny',
    matches: (change) => {
      if (change.kind === 'text' || change.kind === 'data') return false;
      if (countIn(change.added, oldProtocols) > countIn(change.removed, oldProtocols))
        return { verdict: 'ask', reason: 'This lets in old protocols, which others on the way can read.' };
      const inTexts = countIn(change.added, uncheckedText) > countIn(change.removed, uncheckedText);
      if (!inTexts && !gains(change, unchecked)) return false;
      return change.kind === 'test' ? { verdict: 'ask' } : true;
    },
    reason: 'This turns off the check of certificates or signatures.',
    saferWay: 'Name the certificate or the key to trust.',
    examples: {
      ng: [
        made('a.ts', 'new Agent({ rejectUnauthorized: false })'),
        made('a.py', 'requests.get(u, verify=False)'),
        made('a.go', 'tls.Config{InsecureSkipVerify: true}'),
        made('a.rs', '.danger_accept_invalid_certs(true)'),
        made('a.rb', 'http.verify_mode = OpenSSL::SSL::VERIFY_NONE'),
        made('a.rb', 'HTTParty.get(url, verify: false)'),
        made('a.php', "<?php $client->get($url, ['verify' => false]);"),
        made('A.cs', 'class A { void F(H h) { h.ServerCertificateCustomValidationCallback = (a, b, c, d) => true; } }'),
        made('x.sh', 'curl -sk https://example.com'),
        made('a.ts', "jwt.verify(t, k, { algorithms: ['none'] })"),
        made('a.ts', "jwt.verify(t, k, { algorithms: ['RS256', 'none'] })"),
        made('a.go', 'grpc.Dial(a, grpc.WithInsecure())'),
        made('nginx.conf', 'ssl_protocols SSLv3 TLSv1.2;'),
        made('Dockerfile', 'RUN wget --no-check-certificate https://example.com'),
      ],
      ok: [
        made('a.ts', 'new Agent({ rejectUnauthorized: true })'),
        made('a.py', '# verify=False is wrong\nrequests.get(u)'),
        made('a.md', 'verify=False'),
        made('a.sh', 'curl -s https://example.com'),
      ],
    },
  },
  {
    id: 'edits.checks-off',
    verdict: 'ask',
    matches: (change) =>
      change.kind !== 'text' &&
      change.addedRaw.filter((line) => checksOff.test(line)).length >
        countIn(change.before.split('\n'), checksOff) -
          countIn(
            change.after.split('\n').filter((line) => !change.addedRaw.includes(line)),
            checksOff,
          ),
    reason: 'This turns off a check of the project.',
    saferWay: 'Mend what the check finds, or say of one line why it is right.',
    examples: {
      ng: [
        made('a.ts', '// @ts-nocheck\nlet a;'),
        changed('tsconfig.json', '{ "strict": true }', '{ "strict": false }'),
        changed('package.json', '"test": "vitest run"', '"test": "vitest run || true"'),
        made('a.js', '/* eslint-disable */'),
      ],
      ok: [
        made('a.ts', '// eslint-disable-next-line no-console -- the command prints\nlet a;'),
        changed('tsconfig.json', '{ "strict": false }', '{ "strict": true }'),
        made('a.sh', 'test -f a || exit 1'),
      ],
    },
  },
];
