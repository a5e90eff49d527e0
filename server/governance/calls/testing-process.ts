import { db, setDatabaseUrl } from '../../../db/client.ts';
import { NodeLife } from '../../collab/node-life.ts';
import { isAppError } from '../../core/errors.ts';
import { newId } from '../../platform/ids.ts';
import { setCallNode } from './call-node.ts';
import { openCall } from './open-call.ts';
import { settleCall } from './settle-call.ts';
import { aCall, aCaller } from './testing.ts';

/**
 * A web process with nothing but model calls, for tests that kill it and run it beside others:
 * node testing-process.ts DATABASE_URL TEAM_ID hold|spend CALLS. `hold` opens calls and never ends them.
 */
const [, , url = '', teamId = '', mode = '', calls = ''] = process.argv;
setDatabaseUrl(url);
const nodeId = newId('node');
setCallNode(nodeId);
const life = new NodeLife(db(), { nodeId, address: nodeId });
await life.begin();
setInterval(() => void life.renew(), 1_000);
let left = Number(calls);
let refused = 0;
const below = (end: number) => Math.floor(Math.random() * end);

async function work(): Promise<void> {
  while (left-- > 0) {
    const most = below(200);
    const person = { id: `per_${below(3)}`, name: 'Ana', email: 'ana@example.com' };
    try {
      const opened = await openCall(aCall(aCaller({ teamId, person }), most));
      if (mode === 'hold') continue;
      const usage = { input: below(most + 1), output: 0 };
      await settleCall(opened, { state: 'succeeded', usage, isEstimate: false });
    } catch (error) {
      if (!isAppError(error) || error.details?.['reason'] !== 'budget') throw error;
      refused++;
    }
  }
}

await Promise.all(Array.from({ length: 16 }, work));
process.stdout.write(`${nodeId} ${refused}\n`);
if (mode !== 'hold') process.exit(0);
