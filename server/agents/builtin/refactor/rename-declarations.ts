import { ts } from 'ts-morph';
import { lineAt, type SourceText } from './operation.ts';
import { canonicalSymbol, identifiersNamed } from './rename-references.ts';
import type { RenameRequest } from './rename-symbol.ts';
import type { ScriptProject } from './script-project.ts';

export type Declaration = {
  node: ts.Identifier;
  symbol: ts.Symbol;
  isMember: boolean;
  /** 0: of a file or namespace, 1: a member of a class or type, 2: inside a function, 3: a key of an object. */
  depth: number;
  place: { path: string; line: number };
};

export type DeclarationChoice =
  | { state: 'chosen'; declaration: Declaration; others: readonly Declaration[] }
  | { state: 'none' }
  | { state: 'refused'; reason: string };

/** The one declaration that is meant: outer ones go before inner ones; several of the same depth are refused. */
export function chooseDeclaration(
  opened: ScriptProject,
  files: readonly SourceText[],
  request: RenameRequest,
): DeclarationChoice {
  const all = uniqueBySymbol(files.flatMap((file) => declarationsIn(opened, file, request.from)));
  const meant = all.filter((declaration) => isMeant(opened, declaration, request));
  if (meant.length === 0) return { state: 'none' };
  const depth = Math.min(...meant.map((declaration) => declaration.depth));
  const [declaration, ...rivals] = meant.filter((candidate) => candidate.depth === depth);
  if (declaration === undefined) return { state: 'none' };
  if (rivals.length > 0) return { state: 'refused', reason: ambiguous([declaration, ...rivals], request) };
  const others = all.filter((other) => other.symbol !== declaration.symbol && other.depth < 3);
  return { state: 'chosen', declaration, others };
}

function ambiguous(found: readonly Declaration[], { from, to }: RenameRequest): string {
  const places = found.map(({ place }) => `${place.path}:${place.line}`);
  const shown = places.length > 8 ? [...places.slice(0, 8), `${places.length - 8} more`] : places;
  return `${from} is declared in ${places.length} places: ${shown.join(', ')}. Say which one, for example: rename ${from} to ${to} in ${places[0]}`;
}

function isMeant(opened: ScriptProject, declaration: Declaration, request: RenameRequest): boolean {
  const nodes = namesOf(declaration.symbol);
  const places = nodes.map((node) => {
    const file = node.getSourceFile();
    return { path: opened.relative(file), line: lineAt(file.text, node.getStart(file)) };
  });
  const here = places.some(
    ({ path, line }) => request.declaredIn(path) && (request.line === undefined || request.line === line),
  );
  return here && (request.container === undefined || containerOf(declaration.node) === request.container);
}

function namesOf(symbol: ts.Symbol): ts.Node[] {
  return (symbol.declarations ?? []).map((node) => ts.getNameOfDeclaration(node) ?? node);
}

function containerOf(node: ts.Identifier): string | undefined {
  const owner: ts.Node = node.parent.parent;
  const named = ts.isTypeLiteralNode(owner) || ts.isObjectLiteralExpression(owner) ? owner.parent : owner;
  const name = 'name' in named ? named.name : undefined;
  return typeof name === 'object' && name !== null && 'text' in name ? String(name.text) : undefined;
}

function declarationsIn(opened: ScriptProject, file: SourceText, name: string): Declaration[] {
  const source = opened.file(file.path);
  if (source === undefined) return [];
  return identifiersNamed(source, name).flatMap((node) => {
    if (!isDeclaredHere(node)) return [];
    const symbol = canonicalSymbol(opened.checker, node);
    if (symbol === undefined || symbol.name !== declaredName(symbol, name)) return [];
    if (!symbol.declarations?.some((declaration) => ts.getNameOfDeclaration(declaration) === node)) return [];
    const place = { path: file.path, line: lineAt(source.text, node.getStart(source)) };
    return [{ node, symbol, isMember: isMember(symbol), depth: depthOf(node, symbol), place }];
  });
}

/** A default export is called `default` whatever its declaration says. */
function declaredName(symbol: ts.Symbol, name: string): string {
  return symbol.name === 'default' ? 'default' : name;
}

function isDeclaredHere(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return false;
  if (ts.isNamespaceImport(parent) || ts.isShorthandPropertyAssignment(parent)) return false;
  return true;
}

const memberFlags =
  ts.SymbolFlags.Property | ts.SymbolFlags.Method | ts.SymbolFlags.Accessor | ts.SymbolFlags.EnumMember;

function isMember(symbol: ts.Symbol): boolean {
  return (symbol.flags & memberFlags) !== 0;
}

function depthOf(node: ts.Identifier, symbol: ts.Symbol): number {
  if (ts.isObjectLiteralExpression(node.parent.parent)) return 3;
  if (isMember(symbol)) return 1;
  const inside = ts.findAncestor(
    node.parent.parent,
    (above) =>
      ts.isFunctionLike(above) ||
      ts.isClassStaticBlockDeclaration(above) ||
      (ts.isBlock(above) && !ts.isModuleBlock(above.parent)),
  );
  const parameter = ts.isParameter(node.parent) || ts.isTypeParameterDeclaration(node.parent);
  return inside !== undefined || parameter ? 2 : 0;
}

function uniqueBySymbol(declarations: readonly Declaration[]): Declaration[] {
  return [...new Map(declarations.toReversed().map((found) => [found.symbol, found])).values()].toReversed();
}
