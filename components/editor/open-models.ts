import * as monaco from 'monaco-editor';
import './monaco-environment.ts';
import { bindText, type TextBinding } from './bind-yjs.ts';
import type { RoomFile } from './room-files.ts';

export type OpenModel = {
  model: monaco.editor.ITextModel;
  binding: TextBinding;
  viewState: monaco.editor.ICodeEditorViewState | null;
};

// Only open files are known here, so imports of the others would all be marked as errors.
monaco.typescript.typescriptDefaults.setDiagnosticsOptions({
  noSemanticValidation: true,
  noSuggestionDiagnostics: true,
});
monaco.typescript.javascriptDefaults.setDiagnosticsOptions({
  noSemanticValidation: true,
  noSuggestionDiagnostics: true,
});

/**
 * The models of a room's open files. A model outlives its tab being hidden, so that undo and the scroll position are
 * there when a person comes back to it.
 */
export class OpenModels {
  private readonly models = new Map<string, OpenModel>();
  private readonly onTooLarge: () => void;

  constructor(onTooLarge: () => void) {
    this.onTooLarge = onTooLarge;
  }

  get(file: RoomFile): OpenModel {
    const found = this.models.get(file.fileId);
    if (found) return found;
    const uri = monaco.Uri.from({ scheme: 'inmemory', authority: file.fileId, path: `/${file.path}` });
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel('', undefined, uri);
    const binding = bindText({ monaco, text: file.text, model, onTooLarge: this.onTooLarge });
    const opened: OpenModel = { model, binding, viewState: null };
    this.models.set(file.fileId, opened);
    return opened;
  }

  /** What the languages' own checks report in the open files. */
  problems(): Problem[] {
    return [...this.models.values()].flatMap(({ model }) =>
      monaco.editor
        .getModelMarkers({ resource: model.uri })
        .map((marker) => problemOf(model.uri.path.slice(1), marker)),
    );
  }

  close(fileId: string): void {
    const found = this.models.get(fileId);
    if (!found) return;
    this.models.delete(fileId);
    found.binding.destroy();
    found.model.dispose();
  }

  closeAll(): void {
    for (const fileId of this.models.keys()) this.close(fileId);
  }
}

export type Problem = {
  path: string;
  line: number;
  severity: 'error' | 'warning' | 'info';
  message: string;
  source?: string;
};

/** A marker of the editor in our words. */
export function problemOf(path: string, marker: monaco.editor.IMarker): Problem {
  const { startLineNumber: line, severity, message, source } = marker;
  return {
    path,
    line,
    severity: severityOf(severity),
    message: message.slice(0, 2000),
    ...(source !== undefined && { source: source.slice(0, 100) }),
  };
}

function severityOf(severity: monaco.MarkerSeverity): Problem['severity'] {
  if (severity === monaco.MarkerSeverity.Error) return 'error';
  return severity === monaco.MarkerSeverity.Warning ? 'warning' : 'info';
}
