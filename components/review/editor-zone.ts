import type * as Monaco from 'monaco-editor';

type Editor = Monaco.editor.IStandaloneCodeEditor;

/** Room between two lines of an editor, with content that the mouse and the keyboard reach. */
export type EditorZone = {
  /** Where the content goes. */
  readonly node: HTMLElement;
  /** 0 is above the first line. */
  moveBelow(line: number): void;
  close(): void;
};

/**
 * Opens a zone. Its content is an overlay of its own above the empty room: what stands in the room itself is hidden
 * from the mouse and from assistive technology.
 */
export function openZone(editor: Editor, id: string): EditorZone {
  const { node, close: closeOverlay } = openOverlay(editor, id);
  const zone = {
    afterLineNumber: 0,
    heightInPx: 64,
    domNode: document.createElement('div'),
    suppressMouseDown: true,
    onDomNodeTop: (top: number) => {
      node.style.top = `${top}px`;
      // Out of sight it is out of the order of tabs, too.
      node.style.visibility = top < -100_000 ? 'hidden' : 'visible';
    },
  };
  let zoneId: string | undefined;
  const install = () => {
    if (!editor.getModel()) return;
    editor.changeViewZones((accessor) => {
      zoneId = accessor.addZone(zone);
    });
  };
  const layOut = () => {
    const at = zoneId;
    if (at !== undefined) editor.changeViewZones((accessor) => accessor.layoutZone(at));
  };
  const sized = new ResizeObserver(() => {
    if (node.offsetHeight === 0 || node.offsetHeight === zone.heightInPx) return;
    zone.heightInPx = node.offsetHeight;
    layOut();
  });
  // Another model comes without the zones of the one before.
  const changed = editor.onDidChangeModel(install);
  install();
  sized.observe(node);
  return {
    node,
    moveBelow(line) {
      if (zone.afterLineNumber === line) return;
      zone.afterLineNumber = line;
      layOut();
    },
    close() {
      const at = zoneId;
      changed.dispose();
      sized.disconnect();
      closeOverlay();
      if (at !== undefined) editor.changeViewZones((accessor) => accessor.removeZone(at));
    },
  };
}

/** A box over the text, as wide as the text, through which the wheel still scrolls the editor. */
function openOverlay(editor: Editor, id: string): { node: HTMLElement; close: () => void } {
  const node = document.createElement('div');
  node.style.position = 'absolute';
  const fit = () => {
    const { contentLeft, width, verticalScrollbarWidth } = editor.getLayoutInfo();
    node.style.left = `${contentLeft}px`;
    node.style.width = `${width - contentLeft - verticalScrollbarWidth}px`;
  };
  const wheel = (event: WheelEvent) => {
    if (Math.abs(event.deltaY) > Math.abs(event.deltaX)) editor.setScrollTop(editor.getScrollTop() + event.deltaY);
  };
  const widget = { getId: () => id, getDomNode: () => node, getPosition: () => null };
  editor.addOverlayWidget(widget);
  fit();
  const moved = editor.onDidLayoutChange(fit);
  node.addEventListener('wheel', wheel, { passive: true });
  return {
    node,
    close() {
      moved.dispose();
      node.removeEventListener('wheel', wheel);
      editor.removeOverlayWidget(widget);
    },
  };
}
