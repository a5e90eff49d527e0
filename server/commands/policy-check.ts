import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkPolicies, isPublishable, type PolicyProblem } from '../governance/policies/check-policies.ts';
import { UsageError, type Command } from './command.ts';

/** Reads the file that a command names; `-` is the standard input. */
export async function readPolicies(file: string, readInput: () => Promise<string>): Promise<string> {
  if (file === '-') return readInput();
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new UsageError(`${file} cannot be read (${code}). Name a file with policies, or - for the standard input.`);
  }
}

const lineOf = (file: string, { severity, from, message, help }: PolicyProblem) =>
  `${file}:${from.line}:${from.column}: ${severity}: ${message}${help === undefined ? '' : ` ${help}`}`;

/** Checks a text of policies as publishing does, without a server or a database. */
export const policyCheck: Command = {
  usage: 'policy check FILE [--json]',
  does: 'Checks the syntax and types of policies; a line for each problem with its line and column.',
  async run(words, io) {
    const { values, positionals } = parseArgs({
      args: words,
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new UsageError('policy check takes one file: ensemble policy check FILE');
    const checked = checkPolicies(await readPolicies(file, io.readInput));
    const ok = isPublishable(checked);
    const { problems, policies } = checked;
    if (values.json)
      io.write(JSON.stringify({ ok, policies: policies.map(({ id, title }) => ({ id, title })), problems }));
    else {
      for (const problem of problems) io.write(lineOf(file, problem));
      if (ok) io.write(`${file}: ${policies.length} ${policies.length === 1 ? 'policy' : 'policies'}, fit to publish.`);
    }
    return ok ? 0 : 1;
  },
};
