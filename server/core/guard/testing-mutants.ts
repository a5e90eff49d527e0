/** Ways to say the same command differently: what evades a look at the text. */

export type Mutator = { name: string; mutate: (line: string) => string | undefined };

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const bytes = (text: string) => Array.from(new TextEncoder().encode(text));
const base64 = (text: string) =>
  btoa(
    bytes(text)
      .map((byte) => String.fromCodePoint(byte))
      .join(''),
  );
const hex = (text: string, before = '') =>
  bytes(text)
    .map((byte) => before + byte.toString(16).padStart(2, '0'))
    .join('');
const inPython = (text: string) => JSON.stringify(text);

/** One command without operators, quotes and expansions, whose words can be taken apart. */
const isPlain = (line: string) => /^[\w./~:=@,+-]+(?: [\w./~:=@,+-]+)*$/.test(line) && !/^\w+=/.test(line);
/** One command: something may stand before it. */
const isOne = (line: string) =>
  !/[;&|\n<>(){}`]|^\w+=|^(?:if|for|while|until|case|function|!|export|cd|unset|set|alias|declare|eval|exec|source|\.|time|trap)\b/.test(
    line,
  ) && !line.includes('$(');
const isOneLine = (line: string) => !/[\n\r#]|<<|\\$/.test(line);
/** It does not end in a sign after which nothing may follow. */
const isClosed = (line: string) => isOneLine(line) && !/[;&]\s*$/.test(line);

const always = (name: string, mutate: (line: string) => string): Mutator => ({ name, mutate });
const when =
  (fits: (line: string) => boolean) =>
  (name: string, mutate: (line: string) => string): Mutator => ({
    name,
    mutate: (line) => (fits(line) ? mutate(line) : undefined),
  });
const one = when(isOne);
const plain = when(isPlain);
const closed = when(isClosed);

const splitName = (line: string, change: (name: string) => string) => {
  const end = line.search(/\s|$/);
  return change(line.slice(0, end)) + line.slice(end);
};

const noOps = [
  always('true before', (line) => `true; ${line}`),
  always('a colon before', (line) => `: && ${line}`),
  always('a line before', (line) => `echo ok\n${line}`),
  always('a comment before', (line) => `# it's harmless\n${line}`),
  always('blank lines', (line) => `\n \t\n  ${line}\n\n`),
  always('a variable before', (line) => `UNUSED='x y'; ${line}`),
  always('a failed command before', (line) => `false || ${line}`),
  plain('a backslash at the start of a line', (line) => `echo ok\n\\${line}`),
  closed('true after', (line) => `${line}; true`),
  closed('or true after', (line) => `${line} || true`),
  closed('in the background', (line) => `${line} &`),
  closed('a pipe after', (line) => `${line} | cat`),
  closed('errors away', (line) => `${line} 2>/dev/null`),
  closed('a comment after', (line) => `${line} # "quoted`),
  always('a carriage return', (line) => `${line}\r`),
  always('lines of DOS', (line) => `${line.replaceAll('\n', '\r\n')}\r\n`),
];

const groups = [
  always('braces', (line) => `{ ${line}\n}`),
  always('a subshell', (line) => `( ${line}\n)`),
  always('if', (line) => `if true; then\n${line}\nfi`),
  always('else', (line) => `if false; then :; else\n${line}\nfi`),
  always('an open if', (line) => `if test -e /x; then\n${line}\nfi`),
  always('for', (line) => `for i in 1; do\n${line}\ndone`),
  always('while', (line) => `while true; do\n${line}\nbreak\ndone`),
  always('case', (line) => `case x in x)\n${line}\n;; esac`),
  always('a function', (line) => `go() {\n${line}\n}\ngo`),
  always('a function of a function', (line) => `go() {\n${line}\n}\nrun() { "$@"; }\nrun go`),
  always('a substitution', (line) => `echo "$(${line}\n)"`),
  always('a process substitution', (line) => `cat <(${line}\n)`),
  closed('not', (line) => `! ${line}`),
  closed('time and braces', (line) => `time { ${line}; }`),
  closed('time and a subshell', (line) => `time ( ${line} )`),
  closed('not and braces', (line) => `! { ${line}; }`),
  closed('a coprocess', (line) => `coproc X { ${line}; }`),
];

const words = [
  plain('a line continued', (line) => line.replace(' ', ' \\\n')),
  plain('a name in quotes', (line) => splitName(line, (name) => `'${name}'`)),
  plain('a name in two quotes', (line) => splitName(line, (name) => `"${name.slice(0, 1)}"'${name.slice(1)}'`)),
  plain('empty quotes in a name', (line) => splitName(line, (name) => `${name.slice(0, 1)}''${name.slice(1)}`)),
  plain('a backslash in a name', (line) => splitName(line, (name) => `\\${name}`)),
  plain('a name in ANSI-C', (line) => splitName(line, (name) => `$'${hex(name, '\\x')}'`)),
  plain('a name in a variable', (line) => splitName(line, (name) => `N=${name}; $N`)),
  plain('a name in two variables', (line) => splitName(line, (name) => `A=${name.slice(0, 1)} B=${name.slice(1)}; "$A$B"`)),
  plain('a name by its path', (line) => splitName(line, (name) => (name.includes('/') ? name : `/usr/bin/${name}`))),
  plain('a name printed', (line) => splitName(line, (name) => `$(printf %s ${name})`)),
  plain('IFS', (line) => line.replaceAll(' ', '${IFS}')),
  plain('a whole line in a variable', (line) => `L='${line}'; $L`),
  plain('a list', (line) => `L=(${line}); "\${L[@]}"`),
  plain('an alias', (line) => `alias go='${line}'; go`),
  plain('arguments of a function', (line) => `go() { "$@"; }; go ${line}`),
  plain('positional parameters', (line) => `set -- ${line}; "$@"`),
  plain('read', (line) => `read -r L <<< '${line}'; $L`),
]; // prettier-ignore

const wrappers = [
  'sudo', 'sudo -n -u root --', 'env', 'env -u B A=1', 'command', 'nohup', 'nice -n 5', 'ionice -c 3', 'timeout 5', 'timeout -k 1 5s', 'stdbuf -oL', 'setsid', 'exec', 'time', 'doas',
].map((wrapper) => one(wrapper, (line) => `${wrapper} ${line}`)); // prettier-ignore

const programs = [
  always('eval', (line) => `eval ${quote(line)}`),
  always('bash -c', (line) => `bash -c ${quote(line)}`),
  always('sh -ec', (line) => `sh -ec ${quote(line)}`),
  always('zsh -lc', (line) => `zsh -lc ${quote(line)}`),
  always('a shell in a shell', (line) => `bash -c ${quote(`sh -c ${quote(line)}`)}`),
  always('a program in a variable', (line) => `P=${quote(line)}; bash -c "$P"`),
  always('a program as an argument', (line) => `sh -c 'eval "$1"' _ ${quote(line)}`),
  always('a here-document', (line) => `bash <<'END'\n${line}\nEND`),
  always('a here-string', (line) => `bash <<< ${quote(line)}`),
  always('echo into a shell', (line) => `printf '%s\\n' ${quote(line)} | sh`),
  always('base64', (line) => `echo ${base64(line)} | base64 -d | bash`),
  always('base64 in a substitution', (line) => `eval "$(base64 --decode <<< ${base64(line)})"`),
  always('hexadecimal', (line) => `echo ${hex(line)} | xxd -r -p | sh`),
  always('printf of bytes', (line) => `printf '${hex(line, '\\x')}' | bash`),
  always('ANSI-C', (line) => `eval $'${hex(line, '\\x')}'`),
  closed('backwards', (line) => `echo ${quote([...line].reverse().join(''))} | rev | sh`),
  always('a script', (line) => `printf '%s\\n' ${quote(line)} > /tmp/go.sh; bash /tmp/go.sh`),
  always('a script by its path', (line) => `cat > /tmp/go.sh <<'END'\n${line}\nEND\nchmod +x /tmp/go.sh && /tmp/go.sh`),
  always('source', (line) => `source <(echo ${quote(line)})`),
  always('a trap', (line) => `trap ${quote(line)} EXIT`),
  closed('xargs', (line) => `echo x | xargs -I%% sh -c ${quote(line)}`),
  when((line) => isClosed(line) && !line.includes('{}'))('find', (line) => `find . -maxdepth 0 -exec sh -c ${quote(line)} \\;`),
  always('Python', (line) => `python3 -c ${quote(`import os; os.system(${inPython(line)})`)}`),
  always('Perl', (line) => `perl -e ${quote(`system(${inPython(line).replaceAll(/[$@]/g, '\\$&')})`)}`),
  always('an alias of git', (line) => `git -c alias.go=${quote(`!${line}`)} go`),
  closed('parallel', (line) => `parallel ::: ${quote(line)}`),
  always('flock', (line) => `flock /tmp/lock -c ${quote(line)}`),
  always('su', (line) => `su root -c ${quote(line)}`),
]; // prettier-ignore

export const mutators: readonly Mutator[] = [...noOps, ...groups, ...words, ...wrappers, ...programs];
