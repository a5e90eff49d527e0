/** The syntax tree of a shell program as plain values; the types of nodes are tree-sitter-bash's. */
export type ShellNode = {
  type: string;
  field: string | undefined;
  /** UTF-16 offsets into the source. */
  start: number;
  end: number;
  children: readonly ShellNode[];
};

export type ShellTree = {
  source: string;
  root: ShellNode;
  /** The tree is not the whole program's: nothing may be concluded from it. */
  trouble?: 'too-long' | 'too-slow' | 'too-deep';
  /** Reads a program that stands inside this one as text (`sh -c '…'`). */
  parse: (source: string) => ShellTree;
};
