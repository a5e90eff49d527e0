import { recordMask } from '../governance/dlp/mask-record.ts';

/**
 * What a person says to an agent, as it is kept and sent: secrets in it are masked like those in what agents do (docs/spec/dlp.md,
 * DL23). The value itself is in the session's vault.
 */
export function wordsKept({ teamId, sessionId }: { teamId: string; sessionId: string }, text: string): Promise<string> {
  return recordMask({ teamId, kind: 'session', id: sessionId }).mask(text);
}
