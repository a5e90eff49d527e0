import { expect, test } from 'vitest';
import { Workbench, type Tab } from './workbench.ts';

const file = (name: string): Tab => ({ kind: 'file', path: `src/${name}.ts`, fileId: `fil_${name}` });

function opened(...names: string[]): Workbench {
  const workbench = new Workbench('ses_test');
  for (const name of names) workbench.show(file(name));
  return workbench;
}
const names = (workbench: Workbench) =>
  workbench.getSnapshot().tabs.map((tab) => ('title' in tab ? tab.title : tab.path));

test('a file that is open is shown, not opened again', () => {
  const workbench = opened('a', 'b');
  workbench.show(file('a'));
  expect(names(workbench)).toEqual(['src/a.ts', 'src/b.ts']);
  expect(workbench.getSnapshot().active).toBe(0);
});

test('a new tab stands beside the active one', () => {
  const workbench = opened('a', 'b');
  workbench.set({ active: 0 });
  workbench.show(file('c'));
  expect(names(workbench)).toEqual(['src/a.ts', 'src/c.ts', 'src/b.ts']);
});

test('closing a tab before the active one keeps the active one', () => {
  const workbench = opened('a', 'b', 'c');
  workbench.close(0);
  expect(names(workbench)[workbench.getSnapshot().active]).toBe('src/c.ts');
});

test('a renamed file keeps its tab under the new path, a deleted one loses it', () => {
  const workbench = opened('a', 'b');
  workbench.reconcile((fileId) => (fileId === 'fil_a' ? 'lib/a.ts' : undefined));
  expect(names(workbench)).toEqual(['lib/a.ts']);
  expect(workbench.getSnapshot().active).toBe(0);
});
