import type { EditorTarget } from '@/components/editor/code-editor.tsx';

/** What stands in the centre of a session, and which panels are open. Remembered per person and session in the browser. */
export type Tab =
  | { kind: 'file'; path: string; fileId: string }
  /** A file that cannot be edited here, with the reason. */
  | { kind: 'refused'; path: string; reason: string; canNormalise: boolean }
  /** `hunkId`: the hunk to look at. */
  | { kind: 'suggestion'; suggestionId: string; title: string; hunkId?: string }
  | { kind: 'change'; path: string }
  /** A file of a run at work, as its agent has it. */
  | { kind: 'live'; runId: string; path: string; agent: string }
  | { kind: 'checkpoint'; checkpointId: string; title: string };

/** Opens a file of the session by path. */
export type EditorOpen = (path: string, target?: Omit<EditorTarget, 'fileId'>) => Promise<void>;

export type SidePanel = 'files' | 'search' | 'changes' | 'comments' | 'people' | 'checkpoints';
export type PhoneView = 'conversation' | 'code' | SidePanel;

export type WorkbenchState = {
  tabs: readonly Tab[];
  active: number;
  side: SidePanel | null;
  bottomOpen: boolean;
  conversationOpen: boolean;
  phone: PhoneView;
  target: EditorTarget | undefined;
  quickOpen: boolean;
  /** The dialog that says who has access. */
  sharing: boolean;
  savingCheckpoint: boolean;
  /** Whose place the editor follows: the key of somebody (whereabouts.ts). */
  following: string | null;
};

const initial: WorkbenchState = {
  tabs: [],
  active: -1,
  side: 'files',
  bottomOpen: false,
  conversationOpen: true,
  phone: 'conversation',
  target: undefined,
  quickOpen: false,
  sharing: false,
  savingCheckpoint: false,
  following: null,
};

export function tabKey(tab: Tab): string {
  switch (tab.kind) {
    case 'suggestion':
      return `suggestion:${tab.suggestionId}`;
    case 'checkpoint':
      return `checkpoint:${tab.checkpointId}`;
    case 'change':
      return `change:${tab.path}`;
    case 'live':
      return `live:${tab.runId}`;
    default:
      return `file:${tab.path}`;
  }
}

export class Workbench {
  private readonly storageKey: string;
  private state: WorkbenchState = initial;
  private readonly listeners = new Set<() => void>();

  constructor(sessionId: string) {
    this.storageKey = `ensemble:workbench:${sessionId}`;
    this.state = { ...initial, ...this.remembered() };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): WorkbenchState => this.state;

  set(change: Partial<WorkbenchState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
    this.remember();
  }

  /** Shows a tab, adding it after the active one when it is not there yet. */
  show(tab: Tab, target?: EditorTarget): void {
    const { tabs, active } = this.state;
    const index = tabs.findIndex((each) => tabKey(each) === tabKey(tab));
    if (index >= 0) this.set({ tabs: tabs.with(index, tab), active: index, target, phone: 'code' });
    else this.set({ tabs: tabs.toSpliced(active + 1, 0, tab), active: active + 1, target, phone: 'code' });
  }

  close(index: number): void {
    const { tabs, active } = this.state;
    const next = tabs.toSpliced(index, 1);
    this.set({ tabs: next, active: Math.min(index < active ? active - 1 : active, next.length - 1) });
  }

  toggleSide(side: SidePanel): void {
    this.set({ side: this.state.side === side ? null : side });
  }

  /** Follows the server's word on paths: a renamed file keeps its tab, a deleted one loses it. */
  reconcile(pathOfFile: (fileId: string) => string | undefined): void {
    const tabs = this.state.tabs.flatMap((tab): Tab[] => {
      if (tab.kind !== 'file') return [tab];
      const path = pathOfFile(tab.fileId);
      return path === undefined ? [] : path === tab.path ? [tab] : [{ ...tab, path }];
    });
    const unchanged = tabs.length === this.state.tabs.length && tabs.every((tab, i) => tab === this.state.tabs[i]);
    if (!unchanged) this.set({ tabs, active: Math.min(this.state.active, tabs.length - 1) });
  }

  private remembered(): Partial<WorkbenchState> {
    try {
      const kept = JSON.parse(localStorage.getItem(this.storageKey) ?? '{}') as Partial<WorkbenchState>;
      const { tabs = [], active = -1, side = 'files', bottomOpen = false, conversationOpen = true } = kept;
      return { tabs, active: Math.min(active, tabs.length - 1), side, bottomOpen, conversationOpen };
    } catch {
      return {}; // unreadable memory is no memory
    }
  }

  private remember(): void {
    const { tabs, active, side, bottomOpen, conversationOpen } = this.state;
    try {
      localStorage.setItem(this.storageKey, JSON.stringify({ tabs, active, side, bottomOpen, conversationOpen }));
    } catch {
      // A full or forbidden storage costs the memory of the layout, nothing else.
    }
  }
}
