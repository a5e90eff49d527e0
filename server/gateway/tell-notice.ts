import type { Request } from './asked.ts';
import type { Draft } from './draft.ts';
import { recentMap, type RecentMap } from '../governance/recent-map.ts';
import { log } from '../platform/log.ts';
import { singleton } from '../platform/singleton.ts';
import { tellSentOpenly } from '../runs/tell-model-call.ts';

const mostRemembered = 10_000;
/** A conversation says the same again with every call; its session is told once of each class. */
const told = () => singleton('gateway-notices', (): RecentMap<true> => recentMap(mostRemembered));

/** What policy lets leave as it is, with a word to whoever asked: a header for programs, an entry of the session for a run. */
export function tellNotice({ asked, caller }: Request, { findings, alias }: Draft): void {
  const classes = [...new Set(findings.flatMap((found) => (found.action === 'warn' ? [found.class] : [])))];
  if (classes.length === 0) return;
  asked.reply.setHeader('x-ensemble-notice', `sent as it is: ${classes.join(', ').replaceAll(/[^\x20-\x7e]/g, '?')}`);
  const { run, teamId } = caller;
  if (!run) return;
  const fresh = classes.filter((dataClass) => told().get(`${run.id} ${dataClass}`) === undefined);
  for (const dataClass of fresh) told().set(`${run.id} ${dataClass}`, true);
  if (fresh.length === 0) return;
  tellSentOpenly({ runId: run.id, teamId, model: alias, classes: fresh }).catch((error: unknown) =>
    log().error({ err: error, runId: run.id }, 'could not tell the session what was sent as it is'),
  );
}
