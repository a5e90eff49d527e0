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
  /** Takes what people say into a turn that is at work; otherwise it is the next prompt. */
  steers?: boolean;
  /** Takes images. */
  images?: boolean;
  /** How hard it may be asked to think; empty when it offers no choice. */
  efforts?: readonly string[];
  availability: { ok: true } | { ok: false; reason: string; fix: string };
};
