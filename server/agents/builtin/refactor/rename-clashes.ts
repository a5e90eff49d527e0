import { ts } from 'ts-morph';
import { lineAt } from './operation.ts';
import type { Declaration } from './rename-declarations.ts';
import { identifiersNamed } from './rename-references.ts';
import type { ScriptProject } from './script-project.ts';

type Search = {
  opened: ScriptProject;
  /** The files that would change. */
  files: readonly string[];
  declaration: Declaration;
  from: string;
  to: string;
};

/**
 * Why the new name cannot be taken; undefined when it can. Careful rather than clever: any other use of the name in a
 * file that would change counts, since it might come to mean something else.
 */
export function clashWith(search: Search): string | undefined {
  return search.declaration.isMember
    ? memberClash(search)
    : (nameClash(search) ?? exportClash(search) ?? tagClash(search));
}

function memberClash({ declaration, opened, to }: Search): string | undefined {
  const owner = declaration.node.parent.parent;
  const isOwner =
    ts.isClassLike(owner) ||
    ts.isInterfaceDeclaration(owner) ||
    ts.isTypeLiteralNode(owner) ||
    ts.isEnumDeclaration(owner);
  if (!isOwner && !ts.isObjectLiteralExpression(owner)) return undefined;
  const members = ts.isObjectLiteralExpression(owner) ? owner.properties : owner.members;
  const own = [...members].find(
    (member) => member.name !== undefined && ts.isIdentifier(member.name) && member.name.text === to,
  );
  const inherited = opened.checker.getTypeAtLocation(owner).getProperty(to)?.declarations?.[0];
  const taken = own ?? inherited;
  return taken === undefined ? undefined : `${to} is already a member there (${placeOf(opened, taken)}).`;
}

function nameClash({ opened, files, to }: Search): string | undefined {
  for (const file of files) {
    const source = opened.file(file);
    const other = source && identifiersNamed(source, to).find(standsAlone);
    if (other !== undefined) return `${to} is already used in ${placeOf(opened, other)}, so the new name would clash.`;
  }
  return undefined;
}

/** Whether an identifier is looked up by its name alone, and not after a dot or as a key. */
function standsAlone(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return parent.propertyName !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  if (ts.isJsxAttribute(parent)) return false;
  const key =
    ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isEnumMember(parent);
  return !(key && parent.name === node);
}

/** A module that passes on everything of others would have two of the name. */
function exportClash({ opened, declaration, from, to }: Search): string | undefined {
  for (const file of opened.program.getSourceFiles()) {
    if (file.fileName.includes('/node_modules/') || !file.statements.some(passesAllOn)) continue;
    const symbol = opened.checker.getSymbolAtLocation(file);
    if (symbol === undefined) continue;
    const exported = opened.checker.getExportsOfModule(symbol);
    const has = (name: string) => exported.find((candidate) => candidate.name === name);
    const old = has(from);
    const resolved = old && old.flags & ts.SymbolFlags.Alias ? opened.checker.getAliasedSymbol(old) : old;
    if (resolved === declaration.symbol && has(to) !== undefined) {
      return `${opened.relative(file)} already exports ${to}, so the new name would clash.`;
    }
  }
  return undefined;
}

function passesAllOn(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && statement.exportClause === undefined;
}

/** JSX takes a name that begins with a small letter for an element of HTML. */
function tagClash({ opened, files, from, to }: Search): string | undefined {
  if (!/^[a-z]/.test(to)) return undefined;
  for (const file of files) {
    const source = opened.file(file);
    const tag = source && identifiersNamed(source, from).find((node) => ts.isJsxOpeningLikeElement(node.parent));
    if (tag !== undefined)
      return `${from} is used as a JSX tag in ${placeOf(opened, tag)}, so its name must begin with a capital letter.`;
  }
  return undefined;
}

function placeOf(opened: ScriptProject, node: ts.Node): string {
  const file = node.getSourceFile();
  return `${opened.relative(file)}:${lineAt(file.text, node.getStart(file))}`;
}
