import { fork, type Call } from './state.ts';

/** Modules of Python that are programs of their own, called by the same name. */
const moduleTools = new Set([
  'pip',
  'twine',
  'poetry',
  'uv',
  'flask',
  'django',
  'alembic',
  'celery',
  'rq',
  'pipx',
  'ensurepip',
  'aws',
  'awscli',
  'ansible',
  'dvc',
  'mlflow',
  'nox',
  'tox',
  'hatch',
  'flit',
  'keyring',
  'conda',
  'build',
  'pdm',
  'invoke',
  'fabric',
]);

/** `python -m twine upload`: the words of a program of its own. */
export function pythonModule(call: Call): void {
  const at = call.args.findIndex(({ text }) => text === '-m');
  const name = call.args[at + 1];
  if (at < 0 || name === undefined || !moduleTools.has(name.text)) return;
  if (call.args.slice(0, at).some(({ text }) => !text.startsWith('-'))) return;
  const shell = fork(call.shell, { via: [...call.shell.via, 'python -m'] });
  const args = call.args.slice(at + 2);
  shell.walk.call({ ...call, shell, program: name, name: name.text, args, byShell: false });
}
