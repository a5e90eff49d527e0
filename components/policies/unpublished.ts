/**
 * What an admin has written and not published, by the rules that it is to replace. It outlives the page it was written on for as long
 * as the app is open in this tab, and is not lost when somebody else publishes meanwhile.
 */
export type Unpublished = {
  text: string;
  /** The version that was in force when the writing began. */
  basedOn: number;
};

const kept = new Map<string, Unpublished>();
const keyOf = (teamId: string | null) => teamId ?? 'installation';

export const findUnpublished = (teamId: string | null): Unpublished | undefined => kept.get(keyOf(teamId));

export function keepUnpublished(teamId: string | null, written: Unpublished): void {
  kept.set(keyOf(teamId), written);
}

export function forgetUnpublished(teamId: string | null): void {
  kept.delete(keyOf(teamId));
}
