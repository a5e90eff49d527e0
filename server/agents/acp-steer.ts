import * as acp from '@agentclientprotocol/sdk';

/**
 * The extension by which agents take what is said into a turn at work: a request beside the prompt that is being
 * answered. Agents that have it say so in their greeting; Claude Code, Codex and our own do.
 */
export const steeringMethod = '_session/steering';

/**
 * What became of words said into a turn: it `taken` them; there was no turn (`idle`), so they are still ours; or the
 * agent cannot (`refused`).
 */
export type SteerOutcome = 'taken' | 'idle' | 'refused';

/** Whether an agent's greeting offers it. */
export function offersSteering(greeting: acp.InitializeResponse): boolean {
  const offer = greeting._meta?.['steering'];
  return typeof offer === 'object' && offer !== null && 'supported' in offer && offer.supported === true;
}

/** Asks the agent to take words into the turn at work. Without one it must give them back, not begin a turn of its own. */
export async function askToTake(
  agent: acp.ClientContext,
  { sessionId, text }: { sessionId: string; text: string },
): Promise<SteerOutcome> {
  try {
    const answer = await agent.request<unknown>(steeringMethod, {
      sessionId,
      prompt: [{ type: 'text', text }],
      _meta: { steering: { idleBehavior: 'promptRequired' } },
    });
    const outcome = typeof answer === 'object' && answer !== null && 'outcome' in answer ? answer.outcome : undefined;
    if (outcome === 'injected') return 'taken';
    return outcome === 'promptRequired' ? 'idle' : 'refused';
  } catch (error) {
    if (error instanceof acp.RequestError) return 'refused';
    return 'idle';
  }
}
