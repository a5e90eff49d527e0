'use client';

import type * as monaco from 'monaco-editor';
import { useCallback, useSyncExternalStore } from 'react';
import type { RoomFile } from '@/components/editor/room-files.ts';
import { Zone } from '@/components/review/zone.tsx';
import { may, useSession } from '@/components/session/session-context.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import type { CommentDesk } from './comment-desk.ts';
import { offerCommenting } from './commenting.ts';
import { useCommentDesk, useComments, useIsPhone } from './comments-context.tsx';
import { DraftCard, ThreadCard } from './thread-card.tsx';
import { ThreadMarks } from './thread-marks.ts';

type Editor = monaco.editor.IStandaloneCodeEditor;
type Props = { editor: Editor; file: RoomFile };

/** What people wrote about the file on screen, where it belongs. Client-only, as the editor is. */
export default function CommentsInFile({ editor, file }: Props) {
  const desk = useCommentDesk();
  return desk ? <InFile editor={editor} file={file} desk={desk} /> : null;
}

type Opened = { marks: ThreadMarks; stop: () => void };
const close = ({ marks, stop }: Opened) => {
  stop();
  marks.close();
};

function InFile({ editor, file, desk }: Props & { desk: CommentDesk }) {
  const { session } = useSession();
  const mayComment = may(session, 'comment');
  const open = useCallback((): Opened => {
    const marks = new ThreadMarks(editor, desk, { file, mayComment });
    const stop = mayComment ? offerCommenting(() => void editor.getAction('ensemble.comment')?.run()) : () => undefined;
    return { marks, stop };
  }, [editor, desk, file, mayComment]);
  const marks = useResource(open, close)?.marks;
  const isPhone = useIsPhone();
  const { shown } = useComments();
  const leave = () => {
    desk.hide();
    editor.focus();
  };
  if (shown?.kind === 'draft') return <DraftInFile editor={editor} file={file} desk={desk} onClose={leave} />;
  const thread = shown && desk.find(shown.id);
  if (isPhone || thread?.file?.fileId !== file.fileId) return null;
  return (
    <Zone editor={editor} id={`comment-${thread.id}`} line={thread.endLine}>
      <ThreadCard thread={thread} onClose={leave} {...(marks ? { onGo: (step) => marks.go(step) } : {})} />
    </Zone>
  );
}

function DraftInFile({ editor, file, desk, onClose }: Props & { desk: CommentDesk; onClose: () => void }) {
  const line = useSyncExternalStore(
    desk.subscribe,
    () => lineOfDraft(desk, editor, file),
    () => undefined,
  );
  const { shown } = useComments();
  if (!shown || line === undefined) return null;
  return (
    <Zone editor={editor} id={`comment-${shown.id}`} line={line}>
      <DraftCard draftId={shown.id} onClose={onClose} />
    </Zone>
  );
}

/** Below which line the open draft is written; undefined when it is another file's. */
function lineOfDraft(desk: CommentDesk, editor: Editor, file: RoomFile): number | undefined {
  const draft = desk.findDraft(desk.getSnapshot().shown?.id ?? '');
  const model = editor.getModel();
  if (!draft || !model || desk.fileOf(draft)?.fileId !== file.fileId) return undefined;
  const place = desk.locateDraft(draft);
  if (!place || place.state === 'gone') return Math.min(draft.anchor.endLine, model.getLineCount());
  const text = model.getValue();
  return model.getPositionAt(text[place.end - 1] === '\n' ? place.end - 1 : place.end).lineNumber;
}
