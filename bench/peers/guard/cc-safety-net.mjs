import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkCommand } from 'cc-safety-net/api';

/** An empty folder: a policy file in the folder of a command would decide instead of the rules. */
const cwd = mkdtempSync(path.join(tmpdir(), 'guard-peer-'));

/** Whether its rules let a command pass. */
export function allows(command) {
  return checkCommand({ command, cwd }).kind === 'allow';
}
