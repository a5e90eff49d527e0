import { parseArgs } from 'node:util';
import { rotateKeys } from '../governance/rotate-keys.ts';
import type { Command } from './command.ts';
import { withDatabase } from './with-database.ts';

const usage = 'keys rotate [--json]';

export const keysRotate: Command = {
  usage,
  does: 'gives the installation a new secret and seals everything anew under it; the one before can still be read',
  async run(words, io) {
    const { values } = parseArgs({ args: words, options: { json: { type: 'boolean', default: false } } });
    const done = await withDatabase(rotateKeys);
    if (values.json) io.write(JSON.stringify(done));
    else {
      io.write(
        done.hasNewSecret
          ? 'There is a new secret in the data folder; the one before is in secret.previous.'
          : 'The secret is that of ENSEMBLE_SECRET; to change it, set a new one and the old one as ENSEMBLE_SECRET_PREVIOUS, restart, and run this again.',
      );
      io.write(`Sealed anew: ${done.sealedAnew}. Could not be read: ${done.unreadable}.`);
      io.write(
        'Restart all processes: everyone signs in again. After a day remove the secret before it (docs/operations.md, "A new secret").',
      );
    }
    return done.unreadable > 0 ? 1 : 0;
  },
};
