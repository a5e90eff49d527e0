/** A flat list of paths as a tree of folders and files, folders first, each in the order people expect of names. */

export type TreeFile = { path: string; change?: 'added' | 'modified' | 'deleted' };
export type TreeNode = {
  name: string;
  path: string;
  depth: number;
  kind: 'folder' | 'file';
  children: TreeNode[];
  change: TreeFile['change'] | 'inside' | undefined;
};

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: TreeNode, b: TreeNode): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
  return byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}

/** Builds the tree; a folder with a change below it is marked `inside`. */
export function fileTree(files: readonly TreeFile[]): TreeNode[] {
  const root: TreeNode = { name: '', path: '', depth: -1, kind: 'folder', children: [], change: undefined };
  const folders = new Map<string, TreeNode>([['', root]]);
  const folderOf = (path: string): TreeNode => {
    const found = folders.get(path);
    if (found) return found;
    const slash = path.lastIndexOf('/');
    const parent = folderOf(slash < 0 ? '' : path.slice(0, slash));
    const made: TreeNode = {
      name: path.slice(slash + 1),
      path,
      depth: parent.depth + 1,
      kind: 'folder',
      children: [],
      change: undefined,
    };
    parent.children.push(made);
    folders.set(path, made);
    return made;
  };
  for (const file of files) {
    const slash = file.path.lastIndexOf('/');
    const parent = folderOf(slash < 0 ? '' : file.path.slice(0, slash));
    parent.children.push({
      name: file.path.slice(slash + 1),
      path: file.path,
      depth: parent.depth + 1,
      kind: 'file',
      children: [],
      change: file.change,
    });
  }
  finish(root);
  return root.children;
}

function finish(folder: TreeNode): void {
  folder.children.sort(compare);
  for (const child of folder.children) if (child.kind === 'folder') finish(child);
  if (folder.children.some((child) => child.change !== undefined)) folder.change = 'inside';
}

/** The rows on screen: every node whose folders are all open. */
export function visibleRows(nodes: readonly TreeNode[], isOpen: (path: string) => boolean): TreeNode[] {
  return nodes.flatMap((node) =>
    node.kind === 'folder' && isOpen(node.path) ? [node, ...visibleRows(node.children, isOpen)] : [node],
  );
}
