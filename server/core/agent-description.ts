import type { RunMode } from './session-event.ts';

/** An agent as people see it: what it is, and whether it can run now. */
export type AgentDescription = {
  /** The name people mention and the API takes. */
  name: string;
  title: string;
  description: string;
  needsModel: boolean;
  modes: RunMode[];
  defaultMode: RunMode;
  availability: { ok: true } | { ok: false; reason: string; fix: string };
};
