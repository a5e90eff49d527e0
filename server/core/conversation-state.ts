/**
 * What people say while an agent is at work (docs/spec/conversation.md).
 *
 * A steer: `waiting` for the worker that holds the run; `telling`, the agent of one attempt is being told; `taken` by
 * the turn; or `next`, a prompt of its own since the turn took nothing more. A proposal is `open` until it is `sent` as a
 * member's prompt, `declined`, or `withdrawn` by its author.
 */
export const steerStates = ['waiting', 'telling', 'taken', 'next'] as const;
export type SteerState = (typeof steerStates)[number];

export const proposalStates = ['open', 'sent', 'declined', 'withdrawn'] as const;
export type ProposalState = (typeof proposalStates)[number];
