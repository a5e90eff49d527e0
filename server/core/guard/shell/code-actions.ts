import { HOLE } from '../interpreted.ts';

/**
 * What a program in Python, JavaScript, Ruby, Perl, PHP or a kin of theirs would do to the machine, told as shell commands. A light
 * reading: texts in quotes, calls by name. What is computed shows as HOLE.
 */
export type CodeAction =
  | { kind: 'shell'; text: string }
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'write'; path: string }
  | { kind: 'unknown'; what: string };

const longest = 20_000;
const most = 40;
const deepest = 3;
const mostQuotes = 800;

export function codeActions(source: string, language: string, depth = 0): CodeAction[] {
  if (depth > deepest) return [{ kind: 'unknown', what: 'a program in a program in a program' }];
  if ((source.match(/["'`]/g)?.length ?? 0) > mostQuotes)
    return [{ kind: 'unknown', what: 'a program too long to be read' }];
  const code = fold(withoutComments(source.slice(0, longest), language));
  const actions = [
    ...startedPrograms(code, language),
    ...fileCalls(code),
    ...secretReads(code),
    ...environmentReads(code),
    ...network(code),
    ...evaluated(code, { language, depth }),
    ...asShell(code),
    ...known(code),
    ...(source.length > longest ? [{ kind: 'unknown' as const, what: 'a program too long to be read' }] : []),
  ];
  return actions.slice(0, most);
}

/** A text in quotes; the groups are the quote and the text. */
const quoted = String.raw`(?:[rbfuRBFU]{0,2})("""|'''|"|'|${'`'})((?:\\[^]|(?!\1)[^\\]){0,1500}?)\1`;

const hidden: readonly [RegExp, (text: string) => string][] = [
  [/\b(?:b64decode|atob|base64_decode|decode64|Base64\.decode64|decode_base64)\(\s*b?["'`]([A-Za-z0-9+/=_-]*)["'`]\s*\)/g, decode],
  [/\bBuffer\.from\(\s*["'`]([A-Za-z0-9+/=_-]*)["'`]\s*,\s*["'`]base64["'`]\s*\)/g, decode],
  [/\b(?:bytes\.fromhex|unhexlify|hex2bin)\(\s*["']([0-9a-fA-F]*)["']\s*\)/g, hexText],
  [/\b(?:chr|String\.fromCharCode)\(\s*(\d+)\s*\)/g, (number) => String.fromCodePoint(Math.min(Number(number), 0xff_ff))],
]; // prettier-ignore

/** Two texts that are put together. */
const sum = /(["'])((?:\\[^]|(?!\1)[^\\\n])*)\1\s*(?:\+|\.(?=\s*["'])|\.\.)\s*(["'])((?:\\[^]|(?!\3)[^\\\n])*)\3/g;

/** Texts side by side, or with the sign of a sum between them: `'.' + 'env'`. */
function joinTexts(code: string): string {
  let joined = '';
  let end = 0;
  for (const match of code.matchAll(/(["'])((?:\\[^]|(?!\1)[^\\\n])*)\1/g)) {
    const between = code.slice(end, match.index);
    const goesOn = end > 0 && /^[ \t]*(?:\+|\.{1,2})[ \t]*$/.test(between) && joined.endsWith(match[1] ?? '');
    joined = goesOn ? joined.slice(0, -1) + match[0].slice(1) : joined + between + match[0];
    end = match.index + match[0].length;
  }
  return joined + code.slice(end);
}

const lineComments: Record<string, RegExp> = { python: /^[ \t]*#.*$/gm, javascript: /^[ \t]*\/\/.*$/gm };

/** Lines that are nothing but a comment; none is taken out where a text or a comment may go over several lines. */
function withoutComments(code: string, language: string): string {
  const pattern = lineComments[language];
  return pattern === undefined || /'''|"""|`|\/\*|\\\n/.test(code) ? code : code.replaceAll(pattern, '');
}

/** Works off what hides a text: sums of texts, decoding, characters by number. */
function fold(code: string): string {
  let folded = code.replaceAll(/require\(\s*["'](?:node:)?fs\/promises["']\s*\)/g, 'fs.promises');
  for (const [pattern, reveal] of hidden)
    folded = folded.replaceAll(pattern, (_, text: string) => JSON.stringify(reveal(text)));
  folded = folded
    .replaceAll(/(?<=["'])\.(?:decode|toString|strip|trim)\(\s*(?:['"][\w-]*['"])?\s*\)/g, '')
    .replaceAll(/\b(?:base64|binascii|codecs|Buffer)\.(?=["'])/g, '');
  folded = joinTexts(folded);
  for (let round = 0; round < 12 && folded.search(sum) >= 0; round++) folded = folded.replaceAll(sum, '$1$2$4$1');
  return folded;
}

function decode(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', ''));
  } catch {
    return HOLE;
  }
}

function hexText(text: string): string {
  return (text.match(/../g) ?? []).map((byte) => String.fromCodePoint(Number.parseInt(byte, 16))).join('');
}

const starters = new RegExp(
  String.raw`(?<![\w$])(?:os:cmd|os\.(?:system|popen|exec[lv]\w*|spawn[lv]\w*|posix_spawn)|subprocess\.\w+|commands\.getoutput|pty\.spawn|asyncio\.create_subprocess_\w+|(?:child_process|cp|require\(["'](?:node:)?child_process["']\))\.(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork)|exec|execSync|execFile|execFileSync|spawn|spawnSync|execl?p?|system|popen|shell_exec|passthru|proc_open|pcntl_exec|IO\.popen|Open3\.\w+|Kernel\.\w+|Process\.(?:spawn|run)|os\.execute|io\.popen|System\.cmd|Runtime\.getRuntime\(\)\.exec|Deno\.run|new Deno\.Command|Bun\.(?:spawn|spawnSync|\$)|do shell script|run|check_output|check_call|call|Popen|getoutput|getstatusoutput|sh|execa(?:Sync|Command)?|shelljs\.exec|Invoke-Expression|iex|system2|shell-command(?:-to-string)?|call-process(?:-shell-command)?|start-process)(?![\w-])\s*\(?\s*(?=["'\[(${'`'}rbf(]|\w)`,
  'g',
); // prettier-ignore

/** Signs of a language that start a program. */
const shellSigns: readonly { languages: readonly string[]; pattern: RegExp }[] = [
  { languages: ['ruby', 'perl', 'php'], pattern: /`((?:\\[^]|[^`\\])+)`/g },
  { languages: ['ruby', 'perl'], pattern: /(?:%x|qx)\s*[{([]([^\])}]*)/g },
  { languages: ['ruby', 'perl'], pattern: /(?:%x|qx)\s*([/|!])(?<text>[^\n]*?)\1/g },
  {
    languages: ['groovy', 'scala'],
    pattern: /["']{1,3}(?<text>[^"'\n]+)["']{1,3}\s*\.\s*(?:execute\b|lazyLines\b|!)/g,
  },
  { languages: ['dc'], pattern: /(?:^|[\s\]])!(?<text>[^\n]+)/g },
  { languages: ['tcl'], pattern: /(?:^|[;\n{[])\s*(?:spawn|exec)\s+([^\n;}\]]+)/g },
  { languages: ['perl'], pattern: /\bopen\s*\(?[^;]{0,100}?,\s*["'](?:-\||\|-|\|)["']?\s*,?\s*["']?([^"']*)["']/g },
  { languages: ['javascript'], pattern: /\$`((?:\\[^]|[^`\\])+)`/g },
];

const speaking =
  /(?:^|[\s;({])(?:print|puts|echo|console\.\w+|log(?:ger|ging)?\.\w+|warn|die|raise \w+|throw new \w+)\s*\(?\s*(["'])((?!\1)[^\\{$@#])*$/;

/** Whether a call stands in the text that a program prints: `print("never call os.system('…')")`. */
function isSpoken(code: string, index: number): boolean {
  return speaking.test(code.slice(Math.max(code.lastIndexOf('\n', index - 1) + 1, index - 200), index));
}

/** Calls whose first argument is a command line or a list of words. */
function startedPrograms(code: string, language: string): CodeAction[] {
  const calls = [...code.matchAll(starters)]
    .filter(({ index }) => !isSpoken(code, index))
    .flatMap((match) => argumentActions(code.slice(match.index + match[0].length), match[0]));
  const signs = shellSigns.filter(({ languages }) => languages.includes(language));
  const lines = signs.flatMap(({ pattern }) =>
    [...code.matchAll(pattern)].map((match): CodeAction => ({
      kind: 'shell',
      text: interpolate(match.groups?.text ?? match[1] ?? ''),
    })),
  );
  return [...calls, ...lines];
}

const generic = /^(?:run|call|sh|exec|spawn|fork)\s*\(?\s*$/;

function argumentActions(rest: string, call: string): CodeAction[] {
  const list = /^\s*(?:\[|\(\s*\[|qw\()([^\])]*)[\])]/.exec(rest);
  if (list !== null) {
    const words = stringsIn(list[1] ?? '', true);
    return words.length === 0 ? [] : [{ kind: 'words', words }];
  }
  const first = new RegExp(`^\\s*\\(?\\s*${quoted}`).exec(rest);
  if (first !== null) return quotedActions(rest, { first: first[0], text: first[2] ?? '', call });
  const argument = /^\s*\(?\s*([\w.$@[\]]+)/.exec(rest)?.[1];
  if (
    argument === undefined ||
    generic.test(call) ||
    (/^(?:subprocess|asyncio|Process|Kernel)\.\w+\s*\(?\s*$/.test(call) === false &&
      !/system|popen|shell|exec|spawn|Popen|iex/i.test(call))
  )
    return [];
  return [{ kind: 'unknown', what: `${call.trim()}${argument}` }];
}

function quotedActions(
  rest: string,
  { first, text, call }: { first: string; text: string; call: string },
): CodeAction[] {
  const after = rest.slice(first.length);
  const line = interpolate(unescape(text));
  const computed = /^\s*(?:\+|\.(?!\w+\()|%|\.format\()/.test(after) ? `${line}${HOLE}` : line;
  const more = /^\s*,\s*(?:(?:\{\s*args\s*:\s*)?\[([^\]]*)\]|((?:["'][^"']*["']\s*,?\s*)+))/.exec(after);
  const words =
    more === null || /^\s*,\s*["'](?:w|r|utf-?8)["']/.test(after) ? [] : stringsIn(more[1] ?? more[2] ?? '', true);
  if (words.length > 0 && !/\s/.test(line))
    return [
      {
        kind: 'words',
        words: [
          line,
          ...words.filter((word, index) => !(index === 0 && word === line && /exec[lv]|spawn[lv]/.test(call))),
        ],
      },
    ];
  return [{ kind: 'shell', text: computed }];
}

const unescape = (text: string) =>
  text.replaceAll(/\\([^])/g, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));

/** Values put into a text are not known. */
const interpolate = (text: string) => text.replaceAll(/[$#]\{[^}]*\}|(?<=\W|^)\{\w+\}|%[sd]/g, HOLE);

/** The texts in a list; what else stands in it is not known. */
function stringsIn(list: string, holes: boolean): string[] {
  const items = [...list.matchAll(new RegExp(`${quoted}|([\\w$.]+(?:\\([^)]*\\))?)`, 'g'))];
  return items.flatMap((match) => (match[2] === undefined ? (holes ? [HOLE] : []) : [interpolate(unescape(match[2]))]));
}

type FileCall = { pattern: RegExp; words: (path: string, other: string) => readonly string[] };

const argument = String.raw`\s*\(?\s*(?:(?:Path|pathlib\.Path|Pathname\.new|os\.path\.expanduser)\(\s*)?(?:${quoted}|([\w.$@[\]]+))(?:\s*\))?(?:\s*,\s*["']([^"']*)["'])?`;

const fileCallNames: readonly [string, (path: string, other: string) => readonly string[]][] = [
  [String.raw`(?:shutil\.rmtree|FileUtils\.(?:rm_rf|rm_r|remove_dir|remove_entry\w*|rmtree|rm)|fs\.(?:promises\.)?(?:rmSync|rm|rmdirSync|rmdir)|rmSync|rmdirSync|rimraf(?:\.sync|Sync)?|fse?\.(?:remove|removeSync|emptyDirSync|emptyDir)|remove_tree|rmtree|Deno\.remove(?:Sync)?|File\.rm_rf!?|Dir\.(?:rmdir|delete)|Remove-Item|del|delete-directory|rm(?=\s*\()|deleteDirectory|\[(?:System\.)?IO\.(?:Directory|File)\]::Delete)`, (path) => ['rm', '-rf', path]],
  [String.raw`(?:os\.(?:remove|unlink|rmdir|removedirs)|fs\.(?:promises\.)?(?:unlinkSync|unlink)|unlinkSync|unlink|File\.(?:delete|unlink)|os\.truncate|delete-file)`, (path) => ['rm', '-f', path]],
  [String.raw`(?:shutil\.move|os\.(?:rename|replace)|fs\.(?:renameSync|rename)|FileUtils\.mv|File\.rename|rename)`, (path, other) => ['mv', path, other]],
  [String.raw`(?:os\.chmod|fs\.chmodSync|File\.chmod|FileUtils\.chmod_R)`, (path) => ['chmod', '-R', '777', path]],
  [String.raw`(?:os\.chown|shutil\.chown|fs\.chownSync|FileUtils\.chown_R)`, (path) => ['chown', '-R', HOLE, path]],
  [String.raw`(?:shutil\.copy\w*|fs\.(?:copyFileSync|copyFile|cpSync)|FileUtils\.cp\w*|copy)`, (path, other) => ['cp', path, other]],
]; // prettier-ignore

const methods: readonly [RegExp, (path: string) => readonly string[]][] = [
  [new RegExp(`(?:Path|Pathname\\.new|Pathname)\\(\\s*${quoted}\\s*\\)\\s*\\.(?:unlink|rmdir|delete|rmtree)\\b`, 'g'), (path) => ['rm', '-rf', path]],
  [new RegExp(`\\bFile\\(\\s*${quoted}\\s*\\)\\s*\\.delete\\w*`, 'g'), (path) => ['rm', '-rf', path]],
  [new RegExp(`Files\\.delete\\w*\\(\\s*Paths?\\.\\w+\\(\\s*${quoted}`, 'g'), (path) => ['rm', '-rf', path]],
]; // prettier-ignore

const fileCallPatterns: readonly FileCall[] = fileCallNames.map(([names, words]) => ({
  pattern: new RegExp(`(?<![\\w$]|[\\w$]\\.)${names}(?![\\w$])${argument}`, 'g'),
  words,
}));

function fileCalls(code: string): CodeAction[] {
  const called = fileCallPatterns.flatMap(({ pattern, words }) =>
    [...code.matchAll(pattern)]
      .filter(({ index }) => !isSpoken(code, index))
      .map((match): CodeAction => {
        const path = match[2] === undefined ? valueOf(code, match[3] ?? '') : interpolate(unescape(match[2]));
        return { kind: 'words', words: words(path, match[4] ?? HOLE) };
      }),
  );
  const onPaths = methods.flatMap(([pattern, words]) =>
    [...code.matchAll(pattern)].map((match): CodeAction => ({ kind: 'words', words: words(unescape(match[2] ?? '')) })),
  );
  return [...called, ...onPaths, ...deletedByLine(code), ...deletedInLoop(code), ...tclDeletes(code), ...writes(code)];
}

/** As a method, or handed to a loop: `array_map("unlink", glob("x"))`, `map(os.remove, …)`, `.forEach(fs.unlinkSync)`. */
const removesEach =
  /\.(?:unlink|rmdir|rmtree|delete)\(\)|\b(?:array_map|array_walk|map|forEach)\(\s*["']?(?:fs\.)?(?:unlink(?:Sync)?|rm(?:dir)?Sync|rmdir|os\.(?:remove|unlink|rmdir)|shutil\.rmtree)\b/;

/** `[p.unlink() for p in Path.home().rglob('*')]`: what goes lies below the folder that is walked through. */
function deletedInLoop(code: string): CodeAction[] {
  if (!removesEach.test(code) || !/glob|walk|iterdir|listdir|scandir|readdir|children|each_child/.test(code)) return [];
  const base = new RegExp(
    `(?:Path(?:name)?(?:\\.new)?|glob(?:Sync)?|(?:list|scan|read)dir(?:Sync)?)\\(\\s*${quoted}`,
  ).exec(code)?.[2];
  const path = /Path\.home\(|homedir|expanduser/.test(code) ? '~' : (base ?? HOLE);
  return [{ kind: 'words', words: ['rm', '-rf', path] }];
}

/** `perl -ne unlink`: each name that is read goes. */
function deletedByLine(code: string): CodeAction[] {
  return /(?:^|[;{}&|]|\bchomp\b[ ,;]*(?:and)?)\s*unlink\s*(?:$|[;}]|\(?\s*\$_)/.test(code)
    ? [{ kind: 'words', words: ['rm', '-f', HOLE] }]
    : [];
}

/** `file delete -force ~/src` in Tcl. */
function tclDeletes(code: string): CodeAction[] {
  return [...code.matchAll(/\bfile\s+delete\s+((?:-\w+\s+)*)([^\s;\]]+)/g)].map((match): CodeAction => ({
    kind: 'words',
    words: ['rm', '-rf', match[2] ?? HOLE],
  }));
}

/** A variable that is given one text in this program. */
function valueOf(code: string, name: string): string {
  if (/^(?:homedir|os\.homedir|Path\.home|Dir\.home)\b/.test(name)) return '~';
  if (!/^[$@]?\w+$/.test(name)) return /homedir|expanduser|HOME/.test(name) ? '~' : HOLE;
  const found = [...code.matchAll(new RegExp(`(?<![\\w$])${name.replace('$', '\\$')}\\s*=\\s*${quoted}`, 'g'))];
  return found.length === 1 ? unescape(found[0]?.[2] ?? '') : HOLE;
}

function writes(code: string): CodeAction[] {
  const patterns = [
    new RegExp(`\\bopen\\(\\s*${quoted}\\s*,\\s*(?:mode\\s*=\\s*)?["'][wax]`, 'g'),
    new RegExp(
      `\\b(?:writeFileSync|writeFile|appendFileSync|createWriteStream|file_put_contents|truncateSync|File\\.write|IO\\.write|File\\.truncate|Bun\\.write|Deno\\.writeTextFile)\\(\\s*${quoted}`,
      'g',
    ),
    new RegExp(`Path\\(\\s*${quoted}\\s*\\)\\.(?:write_text|write_bytes|touch)`, 'g'),
  ];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match): CodeAction => ({ kind: 'write', path: unescape(match[2] ?? '') })),
  );
}

const reading =
  /\bopen\b|read|_contents|Bun\.file|\bfile\(|cat\b|load|slurp|fopen|getline|include|require|<\s*["']|sendFile|source|copy|upload|stream|Get-Content|\blines\b|foreach|each_line|<\w*>|@ARGV/i;

/** Whether a file is there, and how large it is, is not what stands in it. */
const onlyAsked =
  /\b(?:existsSync|exists|isfile|is_file|isdir|file_exists|exist\?|statSync|lstatSync|getsize)\(\s*(["'])[^"'\n]*\1\s*\)/g;

/** Texts that look like paths, in a program that reads files. */
function secretReads(whole: string): CodeAction[] {
  const code = whole.replaceAll(onlyAsked, '');
  if (!reading.test(code)) return [];
  const paths = [...code.matchAll(new RegExp(quoted, 'g'))]
    .map((match) => unescape(match[2] ?? ''))
    .filter(
      (text) =>
        /^[~./\w$-][\w./~$ -]*$/.test(text) && text.length < 200 && /[./]|id_|key|cred|secret|token|passw/i.test(text),
    );
  const patterns = /\bglob\b|Dir\b|listdir|scandir|readdir|expand/i.test(code)
    ? [...code.matchAll(new RegExp(quoted, 'g'))].flatMap(({ 2: text = '' }) =>
        /^[\w.~/-]*[*?[][\w.~/*?[\]-]*$/.test(text) ? [text] : [],
      )
    : [];
  for (const [, path = ''] of code.matchAll(/\[open\s+([^\s\]"{]+)/g)) paths.push(path);
  const joined = paths.length > 1 ? [`${paths.slice(0, 2).join('/')}`] : [];
  return [
    ...[...new Set([...paths, ...joined])]
      .slice(0, 12)
      .map((path): CodeAction => ({ kind: 'words', words: ['cat', path] })),
    ...patterns.slice(0, 4).map((pattern): CodeAction => ({ kind: 'shell', text: `cat ${pattern}` })),
  ];
}

const shown = String.raw`(?:\bprint(?:ln|_r)?|\bpprint|\bconsole\.\w+|\bputs|\bp|\bpp|\becho|\bvar_dump|\bdump|\bdumps|\bstringify|\bwrite)\b\s*\(*\s*(?:JSON\.stringify\(|json\.dumps\(|dict\(|str\()*\s*`;
const wholeEnvironment = new RegExp(
  String.raw`^\s*process\.env\s*;?\s*$|\bdotenv_values\(|(?:values|each)\s*%ENV|os\.environ\.(?:items|copy|values)\(|Object\.(?:entries|values)\(\s*process\.env\s*\)|\bENV\.(?:each|to_h|map|sort|inspect|select)|(?:process\.env|os\.environ)(?:\[\s*|\.get\(\s*)[A-Za-z_]\w*\s*[\])](?!\s*=[^=])|\bENV\[\s*[a-z]\w*\s*\](?!\s*=[^=])|\$ENV\{\s*\$|Deno\.env\.toObject\(|console\.\w+\(\s*Bun\.env\s*\)|` +
    String.raw`${shown}(?:os\.environ\b(?!\s*(?:\[|\.get))|process\.env\b(?!\s*[.[])|ENV\b(?!\s*(?:\[|\.(?:keys|key\?|has_key\?|include\?|size|length|count|any\?|empty\?)))|%ENV\b|\$_ENV\b(?!\s*\[)|getenv\(\s*\))`,
);
/** Whether it is there, or how long it is: not the value. */
const onlyTested = String.raw`["'\])]{0,3}\s*(?:\??\.length\b|[!=]==?\s|is (?:not )?None|\?\s*["'][^"']*["']\s*:\s*["'])`;
const oneVariable = new RegExp(
  String.raw`(?:^\s*|${shown})(?:os\.environ(?:\.get)?\s*[[(]\s*|os\.getenv\(\s*|process\.env(?:\.|\[\s*)|ENV(?:\.fetch)?\s*[[({]\s*|\$ENV\{\s*|\$_ENV\[\s*|getenv\(\s*)["']?(\w+)(?!\w)(?!${onlyTested})`,
  'g',
);

/** Programs that print the variables of their environment, all of them or one by name. */
function environmentReads(code: string): CodeAction[] {
  const named = [...code.matchAll(oneVariable)].map((match) => match[1] ?? '');
  return [
    ...(wholeEnvironment.test(code) ? [{ kind: 'words' as const, words: ['printenv'] }] : []),
    ...named.map((name): CodeAction => ({ kind: 'words', words: ['printenv', name] })),
  ];
}

const sending =
  /(?<![\w$])(?:requests\.(?:post|put|get|request)|urllib\.request\.urlopen|urlopen|http\.(?:post|request|get)|https?(?:["']\))?\.(?:get|request)|axios(?:\.\w+)?|fetch|Net::HTTP\.\w+|LWP::\w+(?:->new)?(?:->\w+)?|HTTP::Tiny(?:->new)?->\w+|socket\.(?:connect|create_connection)|net\.(?:connect|createConnection)|Invoke-WebRequest|file_get_contents|curl_init|URI\.open|open-uri)\s*\(\s*(?:[\w.]+\()?\s*["'`(]+(https?:\/\/[^"'`]+|[\w.-]+\.\w+)["'`]/g;

/** What is sent may be a file, what a program prints, or the environment. */
const carries =
  /\bopen\s*\(|\breadFile|File\.(?:read|open|new)|IO\.read|read_(?:text|bytes)\(|createReadStream|slurp|Bun\.file|Deno\.read|file_get_contents\(\s*["'](?!https?:)|`(?:cat|tar|env|base64)\b|os\.environ\b|process\.env\b(?!\.)|check_output|execSync|popen\(/;

function network(code: string): CodeAction[] {
  return [...code.matchAll(sending)].map((match): CodeAction => {
    const sends = /\b(?:data|json|files|body|method\s*:\s*["'](?:POST|PUT))|\.post|\.put|socket|net\./i.test(code);
    if (sends && carries.test(code)) return { kind: 'words', words: ['curl', '--upload-file', HOLE, match[1] ?? ''] };
    return { kind: 'words', words: ['curl', ...(sends ? ['--data', HOLE] : []), match[1] ?? ''] };
  });
}

const dynamic =
  /(?<![\w$.])(?:eval|exec|Function|instance_eval|class_eval|compile|__import__|loadstring|load|assert|create_function|unserialize|pickle\.loads|marshal\.loads|vm\.run\w+)\s*\(?\s*/g;

/** Code that makes code: texts in it are read as commands, what comes from elsewhere is not known. */
function evaluated(code: string, around: { language: string; depth: number }): CodeAction[] {
  const actions: CodeAction[] = [];
  let readsTexts = false;
  for (const match of code.matchAll(dynamic)) {
    const rest = code.slice(match.index + match[0].length, match.index + match[0].length + 400);
    if (/(?:urlopen|requests\.get|fetch|http|curl|open-uri|URI\.open|socket|recv|stdin|input\()/.test(rest))
      actions.push({ kind: 'unknown', what: match[0].trim() });
    else if (/(?:decode|decompress|unhexlify|fromhex|rot13|reverse|\[::-1\]|join|chr\()/.test(rest))
      actions.push({ kind: 'unknown', what: match[0].trim() });
    else readsTexts ||= /^(?:eval|exec|Function|instance_eval)/.test(match[0]);
  }
  return readsTexts ? [...actions, ...textsAsCode(code, around)] : actions;
}

function textsAsCode(code: string, { language, depth }: { language: string; depth: number }): CodeAction[] {
  const texts = [...code.matchAll(new RegExp(quoted, 'g'))]
    .map((match) => unescape(match[2] ?? ''))
    .filter((text) => /\s|\(/.test(text));
  return texts
    .slice(0, 8)
    .flatMap((text): CodeAction[] =>
      text.includes('(') ? codeActions(text, language, depth + 1).slice(0, 8) : [{ kind: 'shell', text }],
    );
}

const dangers: readonly [RegExp, string][] = [
  [/(?:socket|TCPSocket|fsockopen|net\.connect|Net::Telnet)[^]*(?:\/bin\/\w*sh\b|dup2|pty\.spawn|cmd\.exe|powershell|exec\s*\(\s*["'](?:ba|z|da|k)?sh\b)/i, 'a shell that is handed to the network'],
  [/\bloop\s*(?:\{|do)\s*(?:Process\.)?fork\b|\bos\.fork\(\)\s*for\b|\bfork\b[^;\n]*\bwhile\b|\bwhile\b[^\n]*\n?[^\n]*\bfork\b/, 'processes that start processes without end'],
]; // prettier-ignore

function known(code: string): CodeAction[] {
  return dangers.flatMap(([pattern, what]): CodeAction[] => (pattern.test(code) ? [{ kind: 'unknown', what }] : []));
}

/** Some give a shell's line to an interpreter. */
function asShell(code: string): CodeAction[] {
  return /^\s*(?:sudo\s+)?[\w./-]+\s+-{1,2}\w/.test(code) && !/[=;]|^\s*(?:print|return|import|puts|echo)\b/.test(code)
    ? [{ kind: 'shell', text: code }]
    : [];
}
