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
  /** Remembers what was said before in a conversation; otherwise each prompt is by itself. */
  remembers?: boolean;
  /** Takes images. */
  images?: boolean;
  /** How hard it may be asked to think; empty when it offers no choice. */
  efforts?: readonly string[];
  availability: { ok: true } | { ok: false; reason: string; fix: string };
  /** Of an agent that is installed or has to be: what that means. */
  installation?: AgentInstallation;
  /** Named by an admin of this installation, not by Ensemble. */
  isCustom?: boolean;
};

/** An agent of others, as it can be installed. */
export type AgentInstallation = {
  /** The version that this Ensemble works with. */
  version: string;
  licence: string;
  /** Where terms are found that are more than a well-known licence. */
  terms?: string;
  sizeBytes: number;
  state: 'installed' | 'outdated' | 'broken' | 'missing';
};
