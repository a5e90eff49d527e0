import type { Node, TreeCursor } from 'web-tree-sitter';

/** Programs' names for what they took from elsewhere: `import { exec as run }`, `from os import system`, `const e = eval`. */

type Names = readonly (readonly [name: string, original: string])[];

const none: Names = [];

/** Modules whose functions matter by where they come from. */
const telling = /^(?:node:)?(?:child_process|vm|os|subprocess|pickle|marshal|yaml|dill|commands)$/;
const tellingValues = new Set(['eval', 'exec', 'execSync', 'Function']);

/** The names that the node under the cursor gives. */
export function importedNames(cursor: TreeCursor, type: string): Names {
  switch (type) {
    case 'import_statement':
      return cursor.currentNode.childForFieldName('source')
        ? fromModule(cursor.currentNode)
        : plainImports(cursor.currentNode);
    case 'import_from_statement':
      return fromPython(cursor.currentNode);
    case 'variable_declarator':
      return fromDeclarator(cursor.currentNode);
    case 'use_as_clause':
      return fromRust(cursor.currentNode);
    case 'assignment':
      return fromAssignment(cursor.currentNode);
    default:
      return none;
  }
}

function kids(node: Node | null | undefined): Node[] {
  return (node?.namedChildren ?? []).filter((child) => child !== null);
}

const field = (node: Node, name: string) => node.childForFieldName(name)?.text;
const unquoted = (text: string | undefined) => (text ?? '').replaceAll(/^['"`]|['"`]$/g, '').replace(/^node:/, '');

/** `import cp, { exec as run } from 'child_process'` */
function fromModule(node: Node): Names {
  const module = unquoted(field(node, 'source'));
  if (!telling.test(module)) return none;
  return kids(kids(node).find(({ type }) => type === 'import_clause')).flatMap((part): Names => {
    if (part.type === 'identifier') return [[part.text, module]];
    if (part.type === 'namespace_import') return kids(part).map(({ text }) => [text, module] as const);
    return kids(part).map((each) => [field(each, 'alias') ?? '', field(each, 'name') ?? ''] as const);
  });
}

/** `import subprocess as sp` */
function plainImports(node: Node): Names {
  return kids(node)
    .filter(({ type }) => type === 'aliased_import')
    .map((each) => [field(each, 'alias') ?? '', field(each, 'name') ?? ''] as const);
}

/** `from os import system as s` */
function fromPython(node: Node): Names {
  const module = field(node, 'module_name') ?? '';
  if (!telling.test(module)) return none;
  return node
    .childrenForFieldName('name')
    .filter((each) => each !== null)
    .map((each) => {
      const name = field(each, 'name') ?? each.text;
      return [field(each, 'alias') ?? name, `${module}.${name}`] as const;
    });
}

/** `const cp = require('child_process')`, `const { exec: run } = require('child_process')`, `const e = eval` */
function fromDeclarator(node: Node): Names {
  const name = node.childForFieldName('name');
  const value = node.childForFieldName('value');
  if (name === null || value === null) return none;
  if (name.type === 'identifier' && tellingValues.has(value.text)) return [[name.text, value.text]];
  const module = unquoted(/^require\(\s*(['"][\w:]+['"])\s*\)$/.exec(value.text)?.[1]);
  if (!telling.test(module)) return none;
  if (name.type === 'identifier') return [[name.text, module]];
  return kids(name)
    .filter(({ type }) => type === 'pair_pattern')
    .map((pair) => [field(pair, 'value') ?? '', field(pair, 'key') ?? ''] as const);
}

/** `use std::process::Command as C` */
function fromRust(node: Node): Names {
  const [path, alias] = [field(node, 'path') ?? '', field(node, 'alias') ?? ''];
  return /^std::process::\w+$/.test(path) ? [[alias, path.slice(path.lastIndexOf(':') + 1)]] : none;
}

function fromAssignment(node: Node): Names {
  const [left, right] = [field(node, 'left') ?? '', field(node, 'right') ?? ''];
  return tellingValues.has(right) && /^\w+$/.test(left) ? [[left, right]] : none;
}
