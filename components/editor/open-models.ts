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
