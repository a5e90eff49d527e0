import type { RoomSnapshot } from '@/components/editor/room-connection.ts';

type Saved = { text: string; kind: 'good' | 'busy' | 'bad'; title?: string };

/** One sentence for what happens to what people type (SCREENS, Session). */
export function savingState(state: Pick<RoomSnapshot, 'status' | 'unsaved' | 'storeError' | 'loaded'>): Saved {
  const edits = (count: number) => `${count} ${count === 1 ? 'edit' : 'edits'}`;
  if (state.status.kind === 'ended')
    return {
      text: state.unsaved > 0 ? `Disconnected: ${edits(state.unsaved)} not saved` : 'Disconnected',
      kind: 'bad',
      title: state.status.reason,
    };
  if (state.status.kind === 'connecting' && !state.loaded) return { text: 'Connecting', kind: 'busy' };
  if (state.status.kind !== 'connected')
    return {
      text: state.unsaved > 0 ? `Offline: ${edits(state.unsaved)} kept` : 'Reconnecting',
      kind: 'bad',
      title: 'Your edits stay in this tab and are sent when the connection is back.',
    };
  if (state.storeError)
    return { text: `Cannot save: ${edits(state.unsaved)} kept`, kind: 'bad', title: state.storeError };
  if (state.unsaved > 0) return { text: `Saving ${state.unsaved}`, kind: 'busy' };
  return { text: 'All changes saved', kind: 'good' };
}
