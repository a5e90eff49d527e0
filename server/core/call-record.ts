/** What is kept of a model call, in words that rows, pages and programs share (docs/spec/budgets.md). */

/** `started` until it ends, in one of the others, once. `interrupted`: its process was gone before it could say. */
export const callStates = ['started', 'succeeded', 'failed', 'cancelled', 'denied', 'interrupted'] as const;
export type CallState = (typeof callStates)[number];

export const denialCauses = ['policy', 'content', 'budget'] as const;
/** `content`: what was found in the request. */
export type DenialCause = (typeof denialCauses)[number];

/** A rule of policy that spoke, by id and as people read it. */
export type CallRule = { id: string; title: string };

/** A request by its size: nothing of what it says. */
export type CallShape = { messages: number; tools: readonly string[]; hasImages: boolean; sizeBytes: number };

/** `none`: who, what and how much. `metadata`: the shape as well. `full`: what was asked and answered, masked, too. */
export const recordLevels = ['none', 'metadata', 'full'] as const;
export type RecordLevel = (typeof recordLevels)[number];

export type Recording = { level: RecordLevel; retentionDays: number };

/** Where a team set nothing. */
export const usualRecording: Recording = { level: 'metadata', retentionDays: 30 };
