'use client';

import { useComputedColorScheme } from '@mantine/core';
import * as monaco from 'monaco-editor';
import '@/components/editor/monaco-environment.ts';
import { useCallback, useState } from 'react';
import { useResource } from '@/components/ui/use-resource.ts';
import { cedarLanguage, registerCedar } from './cedar-language.ts';
import classes from './policies.module.css';
import type { PolicyProblem } from './policy-problems.tsx';

type CedarEditorProps = {
  text: string;
  onText: (text: string) => void;
  problems: readonly PolicyProblem[];
  /** The line to go to; counts from 1. */
  line: number | undefined;
};

const markerOwner = 'policies';

function toMarker({ severity, message, help, from, to }: PolicyProblem): monaco.editor.IMarkerData {
  return {
    severity: severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    message: help === undefined ? message : `${message}\n${help}`,
    startLineNumber: from.line,
    startColumn: from.column,
    endLineNumber: to.line,
    endColumn: to.column,
  };
}

/** Monaco on a text of policies. Client-only: load it with `next/dynamic` and `ssr: false`. */
export default function CedarEditor({ text, onText, problems, line }: CedarEditorProps) {
  const isDark = useComputedColorScheme('light') === 'dark';
  const [editor, setEditor] = useState<monaco.editor.IStandaloneCodeEditor>();
  // The editor owns the text while it is on screen; it begins with the one that there is then.
  const [first] = useState(text);

  const mount = useCallback(
    (host: HTMLDivElement | null) => {
      if (!host) return undefined;
      registerCedar();
      const model = monaco.editor.createModel(first, cedarLanguage);
      const created = monaco.editor.create(host, {
        model,
        automaticLayout: true,
        fontSize: 13,
        minimap: { enabled: false },
        scrollBeyondLastLine: false,
        fixedOverflowWidgets: true,
        padding: { top: 8 },
        wordWrap: 'on',
        tabSize: 2,
        ariaLabel: 'Policies in Cedar',
      });
      model.onDidChangeContent(() => onText(model.getValue()));
      setEditor(created);
      return () => {
        setEditor(undefined);
        created.dispose();
        model.dispose();
      };
    },
    [first, onText],
  );

  const paint = useCallback(() => monaco.editor.setTheme(isDark ? 'vs-dark' : 'vs'), [isDark]);
  useResource(paint, keepIt);

  const mark = useCallback(() => {
    const model = editor?.getModel();
    if (model) monaco.editor.setModelMarkers(model, markerOwner, problems.map(toMarker));
  }, [editor, problems]);
  useResource(mark, keepIt);

  const show = useCallback(() => {
    if (!editor || line === undefined) return;
    editor.revealLineInCenter(line);
    editor.setPosition({ lineNumber: line, column: 1 });
    editor.focus();
  }, [editor, line]);
  useResource(show, keepIt);

  return <div ref={mount} className={classes.host} data-testid="cedar-editor" />;
}

/** What was set is replaced by what is set next. */
const keepIt = () => undefined;
