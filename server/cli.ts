import { text } from 'node:stream/consumers';
import { agentsInstall, agentsList, agentsUninstall } from './commands/agents.ts';
import type { Command, CommandIo, ExitCode } from './commands/command.ts';
import { dlpScan } from './commands/dlp.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { guardCheck } from './commands/guard.ts';
import { policyCheck } from './commands/policy-check.ts';
import { policyDryRun } from './commands/policy-dry-run.ts';
import { keysRotate } from './commands/keys.ts';
import { tokenCreate } from './commands/token.ts';
import { userCreate, userReset } from './commands/user.ts';

/** The `ensemble` command: finds the command that the first words name, and turns its end into an exit code. */

const commands: Record<string, Command> = {
  'user create': userCreate,
  'user reset': userReset,
  'token create': tokenCreate,
  'keys rotate': keysRotate,
  'agents list': agentsList,
  'agents install': agentsInstall,
  'agents uninstall': agentsUninstall,
  'dlp scan': dlpScan,
  'guard check': guardCheck,
  'policy check': policyCheck,
  'policy dry-run': policyDryRun,
  doctor,
};

const io: CommandIo = {
  write: (line) => void process.stdout.write(`${line}\n`),
  readInput: () => text(process.stdin),
};

function help(): string {
  const lines = Object.values(commands).map(({ usage, does }) => `  ensemble ${usage}\n      ${does}`);
  return ['Ensemble, for operators and CI. Exit codes: 0 fine, 1 findings, 2 usage or environment.', '', ...lines].join(
    '\n',
  );
}

async function main(words: string[]): Promise<ExitCode> {
  if (words.length === 0 || words[0] === 'help' || words[0] === '--help') {
    io.write(help());
    return words.length === 0 ? 2 : 0;
  }
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((each) => Object.hasOwn(commands, each));
  const command = name === undefined ? undefined : commands[name];
  if (name === undefined || command === undefined) {
    process.stderr.write(`There is no command ${words.slice(0, 2).join(' ')}. See them all with: ensemble help\n`);
    return 2;
  }
  return command.run(words.slice(name.split(' ').length), io);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const line = explain(error);
    process.stderr.write(
      line === undefined ? `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n` : `${line}\n`,
    );
    process.exitCode = 2;
  },
);
