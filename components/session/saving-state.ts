import type { RoomSnapshot } from '@/components/editor/room-connection.ts';

type Saved = { text: string; kind: 'good' | 'busy' | 'bad'; title?: string };
type State = Pick<RoomSnapshot, 'status' | 'unsaved' | 'keeping' | 'storeError' | 'loaded'>;

export const countedEdits = (count: number) => `${count} ${count === 1 ? 'edit' : 'edits'}`;

const whereKept = {
  browser: 'Your edits are kept in this browser, also over a reload, and are sent when the connection is back.',
  tab: 'This browser stores nothing, so your edits are only in this tab. Keep it open; they are sent when the connection is back.',
};

/** One sentence for what happens to what people type (SCREENS, Session). */
export function savingState(state: State): Saved {
  const { status, unsaved, keeping } = state;
  const edits = countedEdits(unsaved);
  if (status.kind === 'ended') {
    const what = status.why === 'signed_out' ? 'Signed out' : 'Disconnected';
    return { text: unsaved > 0 ? `${what}: ${edits} kept` : what, kind: 'bad', title: status.reason };
  }
  if (status.kind !== 'connected') {
    if (unsaved > 0) return { text: `Offline: ${edits} kept`, kind: 'bad', title: whereKept[keeping] };
    if (!state.loaded) return { text: 'Connecting', kind: 'busy' };
    return {
      text: 'Reconnecting',
      kind: 'bad',
      title: status.kind === 'reconnecting' && status.reason ? status.reason : whereKept[keeping],
    };
  }
  if (state.storeError) return { text: `Cannot save: ${edits} kept`, kind: 'bad', title: state.storeError };
  if (unsaved > 0) return { text: `Saving ${unsaved}`, kind: 'busy' };
  return { text: 'All changes saved', kind: 'good' };
}
