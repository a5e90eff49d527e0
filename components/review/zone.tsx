'use client';

import type * as monaco from 'monaco-editor';
import { useCallback, useEffect, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useResource } from '@/components/ui/use-resource.ts';
import { openZone, type EditorZone } from './editor-zone.ts';

type ZoneProps = { editor: monaco.editor.IStandaloneCodeEditor; id: string; line: number; children: ReactNode };

const closeZone = (zone: EditorZone) => zone.close();

/** Content below a line of an editor. */
export function Zone({ editor, id, line, children }: ZoneProps) {
  const open = useCallback(() => openZone(editor, id), [editor, id]);
  const zone = useResource(open, closeZone);
  useEffect(() => zone?.moveBelow(line), [zone, line]);
  return zone ? createPortal(children, zone.node) : null;
}
