import { setDatabaseUrl } from '../../../db/client.ts';
import { runTask } from '../run-task.ts';

/** A worker in a process of its own, which a test may end at any moment: node testing-worker.ts DATABASE_URL TASK_ID */
const [, , url = '', taskId = ''] = process.argv;
setDatabaseUrl(url);
await runTask({ taskId }, new AbortController().signal);
// Its connections would keep it alive.
process.exit(0);
