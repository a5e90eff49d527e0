import { note, type Handlers } from './transcript-draft.ts';

/** What happens to the conversations of a session with its agents: which there are, whose they are, what they go on from. */
export const threadHandlers = {
  agent_thread_started: (draft, event, { type: _type, ...started }) =>
    note(draft, event, { what: 'thread_started', ...started }),
  agent_thread_handed_over: (draft, event, { type: _type, ...handed }) =>
    note(draft, event, { what: 'thread_handed_over', ...handed }),
  agent_thread_restored: (draft, event, { type: _type, ...restored }) =>
    note(draft, event, { what: 'thread_restored', ...restored }),
  run_continues: (draft, event, { type: _type, ...continued }) => {
    const run = draft.runs[continued.runId];
    if (run) draft.runs[continued.runId] = { ...run, memory: continued.memory };
    // That an agent remembers is what people expect; only what is missing is worth a line.
    const isWhole = continued.memory === 'kept' && continued.conflicts.length === 0;
    if (!isWhole) note(draft, event, { what: 'run_continues', ...continued });
  },
} satisfies Partial<Handlers>;
