import { expect, test } from 'vitest';
import { placeOf, readHookCall, shellLine } from './read-hook-call.ts';

const read = (tool_name: string, tool_input: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  readHookCall(JSON.stringify({ tool_name, tool_input, cwd: '/work', tool_use_id: 't1', ...rest }))?.action;

test.each([
  ['Bash', { command: 'ls -la' }, { kind: 'command', command: 'ls -la', cwd: '' }],
  [
    'Bash',
    { command: ['git', 'commit', '-m', "it's"] },
    { kind: 'command', command: "git commit -m 'it'\\''s'", cwd: '' },
  ],
  ['Read', { file_path: '/work/src/a.ts' }, { kind: 'read', paths: ['src/a.ts'] }],
  ['Grep', { pattern: 'x' }, { kind: 'read', paths: [''] }],
  ['view_image', { path: 'a.png' }, { kind: 'read', paths: ['a.png'] }],
  ['WebFetch', { url: 'https://a.example/x', prompt: 'p' }, { kind: 'fetch', address: 'https://a.example/x' }],
  ['TodoWrite', { todos: [] }, { kind: 'quiet' }],
  [
    'mcp__tickets__close_one',
    { id: 3 },
    { kind: 'mcp', server: 'tickets', name: 'close_one', input: '{\n  "id": 3\n}' },
  ],
])('[AG30] %s is read as what it does', (tool, input, action) => {
  expect(read(tool, input)).toEqual(action);
});

test('[AG30] edits of either agent are read as changes of files', () => {
  expect(read('Write', { file_path: 'a.ts', content: 'x' }, { cwd: '/work/src' })).toEqual({
    kind: 'edit',
    requests: [{ path: 'src/a.ts', to: 'write', text: 'x' }],
  });
  expect(read('Edit', { file_path: '/work/a.ts', old_string: 'a', new_string: 'b', replace_all: true })).toEqual({
    kind: 'edit',
    requests: [{ path: 'a.ts', to: 'replace', places: [{ before: 'a', after: 'b', everywhere: true }] }],
  });
  const patch = '*** Begin Patch\n*** Add File: b.ts\n+y\n*** End Patch';
  const added = { kind: 'edit', requests: [{ path: 'b.ts', to: 'write', text: 'y\n' }] };
  expect(read('apply_patch', { command: patch })).toEqual(added);
  expect(read('Bash', { command: `apply_patch <<'EOF'\n${patch}\nEOF` })).toEqual(added);
});

test('[AG33] a patch with a command behind it is a command', () => {
  const command = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: b\n+y\n*** End Patch\nEOF\nrm -rf /\n";
  expect(read('Bash', { command })).toMatchObject({ kind: 'command' });
});

test.each([
  ['an unknown tool', 'Summon', { what: 'x' }],
  ['a known tool with an input of another form', 'Edit', { file_path: 7 }],
  ['a shell without a command', 'Bash', {}],
  ['a name of the table’s own making', 'constructor', { a: 1 }],
])('[AG33] %s is an action of its own kind', (_name, tool, input) => {
  expect(read(tool, input)).toMatchObject({ kind: 'other', tool });
});

test.each([
  '',
  'null',
  '[]',
  '{"tool_name":"Bash"}',
  '{"tool_name":"","tool_input":{}}',
  '{"tool_input":{}}',
  '\u0000',
])('[AG33] %j is no call', (text) => {
  expect(readHookCall(text)).toBeUndefined();
});

test('paths that leave the repository stay absolute', () => {
  expect(placeOf('../etc/passwd', '')).toBe('/etc/passwd');
  expect(placeOf('/work/a/../../home/agent/x', '')).toBe('/home/agent/x');
  expect(placeOf('/workspace/a', '')).toBe('/workspace/a');
  expect(placeOf('b', '/tmp/x')).toBe('/tmp/x/b');
  expect(placeOf('.', 'src')).toBe('src');
});

test('a line of words is read by a shell as those words', () => {
  expect(shellLine(['a b', '$HOME', "it's", ''])).toBe("'a b' '$HOME' 'it'\\''s' ''");
});
