import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { processesOn } from '../server/agents/testing-run.ts';
import { runInSandbox } from '../server/workspace/sandbox.ts';
import { percentile, type Bench, type Result } from './result.ts';
import { openHouse, type House, type Seen } from './runs/house.ts';
import { withTemporaryPostgres } from './temporary-postgres.ts';

/**
 * What a run costs people: from the prompt to the first sign of the agent on a screen, how long an entry of the log takes to a
 * watcher, the start of each agent that is installed, what the box adds to starting a program, memory of a run at work, and
 * twenty runs that are queued at once.
 */
export const bench: Bench = ({ quick }) =>
  withTemporaryPostgres(async () => {
    const house = await openHouse();
    try {
      const results = [await box(quick ? 10 : 30)];
      for (const { name } of house.agents) results.push(...(await turns(house, name, quick ? 3 : 8)));
      results.push(...(await queuedRuns(house, 20)));
      return results;
    } finally {
      await house.close();
    }
  });

/** What each agent does at once: the scripted one speaks, refactor finds nothing to do, the others ask the scripted model. */
const textFor = (agent: string) =>
  agent === 'scripted' ? 'say hello' : agent === 'refactor' ? 'organize imports' : 'Hello';

async function turns(house: House, agent: string, rounds: number): Promise<Result[]> {
  const ready: number[] = [];
  const first: number[] = [];
  const started: number[] = [];
  const toScreen: number[] = [];
  const memory: number[] = [];
  // The first one fills caches.
  for (let round = 0; round <= rounds; round += 1) {
    const seen: Seen[] = [];
    for await (const entry of house.watch(await house.newSession(), { text: textFor(agent), agent })) {
      seen.push(entry);
      if (entry.type === 'agent_ready' && entry.runId !== undefined) memory.push(memoryOf(entry.runId));
    }
    if (round === 0) continue;
    const at = (types: readonly string[]) => seen.find(({ type }) => types.includes(type));
    const begun = at(['run_started']);
    const isReady = at(['agent_ready']);
    const spoke = at(['agent_text', 'agent_thought', 'tool_call', 'agent_plan']);
    if (begun) first.push(begun.seenAt - begun.sentAt);
    if (begun && isReady) started.push(isReady.writtenAt - begun.writtenAt);
    if (spoke) ready.push(spoke.seenAt - spoke.sentAt);
    toScreen.push(...seen.filter(({ writtenAt, sentAt }) => writtenAt >= sentAt).map((e) => e.seenAt - e.writtenAt));
  }
  const spread = (name: string, samples: readonly number[], unit = 'ms'): Result[] =>
    samples.length === 0 ? [] : [{ name: `${agent}: ${name}`, unit, ...spreadOf(samples) }];
  return [
    ...spread('prompt to the first entry of its run on a screen', first),
    ...spread('from there to the agent being asked (worktree, box, session)', started),
    ...spread('prompt to the agent’s first word on a screen', ready),
    ...spread('an entry from the log to a watcher', toScreen),
    ...spread('memory of the run’s processes when it is asked', memory, 'MB'),
  ];
}

const spreadOf = (samples: readonly number[]) => ({
  value: percentile(samples, 0.5),
  p50: percentile(samples, 0.5),
  p95: percentile(samples, 0.95),
});

/** Proportional memory of every process of the run's boxes. */
function memoryOf(runId: string): number {
  const kilobytes = processesOn(runId).map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // It has ended since.
    }
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** The smallest program, in a box and without one. */
async function box(rounds: number): Promise<Result> {
  const [inside, outside]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const from = performance.now();
    await runInSandbox({}, ['/bin/true'], { maxOutputBytes: 1024 });
    const between = performance.now();
    execFileSync('/bin/true');
    if (round > 0) inside.push(between - from);
    if (round > 0) outside.push(performance.now() - between);
  }
  const peerValue = percentile(outside, 0.5);
  const { value, ...spread } = spreadOf(inside);
  const peer = { peer: 'without a box', peerValue, ratio: value / peerValue };
  return { name: 'starting /bin/true in a box, to its end', unit: 'ms', value, ...spread, ...peer };
}

/** In sessions of their own, all sent before the first one ends. */
async function queuedRuns(house: House, count: number): Promise<Result[]> {
  const sessions: string[] = [];
  for (let at = 0; at < count; at += 1) sessions.push(await house.newSession());
  const from = performance.now();
  const text = 'say one\nwrite made.txt hello\nsay two';
  const runIds = await Promise.all(sessions.map((id) => house.send(id, { text, agent: 'scripted' })));
  const sentMs = performance.now() - from;
  const left = new Set(runIds);
  while (left.size > 0) {
    await wait(50);
    for (const runId of left) {
      const state = await house.stateOf(runId);
      if (state === 'failed' || state === 'gone') throw new Error(`${runId} is ${state}`);
      if (state === 'succeeded') left.delete(runId);
    }
  }
  const allMs = performance.now() - from;
  return [
    { name: `${count} prompts sent at once`, unit: 'ms', value: sentMs },
    { name: `${count} queued runs, to the end of the last`, unit: 'ms', value: allMs },
    { name: `of these, one after the other`, unit: 'ms a run', value: allMs / count },
  ];
}
