import { ts } from 'ts-morph';
import type { SourceText, TextEdit } from './operation.ts';
import type { Declaration } from './rename-declarations.ts';
import type { ScriptProject } from './script-project.ts';

/** Every identifier of a file with this text. */
export function identifiersNamed(file: ts.SourceFile, name: string): ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) found.push(node);
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

/** The symbol an identifier stands for, through imports and re-exports; undefined when it cannot be found. */
export function canonicalSymbol(checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined {
  const symbol = checker.getSymbolAtLocation(node);
  return symbol === undefined ? undefined : resolveAlias(checker, symbol);
}

function resolveAlias(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol | undefined {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // The checker's mark for what it could not find has no declarations.
  if (target.flags & ts.SymbolFlags.Alias || (target !== symbol && target.declarations === undefined)) return undefined;
  return checker.getExportSymbolOfSymbol(target);
}

type ReferenceSearch = {
  opened: ScriptProject;
  files: readonly SourceText[];
  symbol: ts.Symbol;
  from: string;
  to: string;
};

/** The edits that rename a variable, function, class, type or the like in all files, by file. */
export function referenceEdits({ opened, files, symbol, from, to }: ReferenceSearch): Map<string, TextEdit[]> {
  const edits = new Map<string, TextEdit[]>();
  for (const file of files) {
    const source = opened.file(file.path);
    if (source === undefined) continue;
    const found = identifiersNamed(source, from).flatMap((node) => {
      const text = replacementFor(opened.checker, node, { symbol, from, to });
      return text === undefined ? [] : [{ start: node.getStart(source), end: node.getEnd(), text }];
    });
    if (found.length > 0) edits.set(file.path, found);
  }
  return edits;
}

type Target = { symbol: ts.Symbol; from: string; to: string };

/** What to write instead of an identifier; undefined when it is something else of the same name. */
function replacementFor(checker: ts.TypeChecker, node: ts.Identifier, target: Target): string | undefined {
  const parent = node.parent;
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
    const value = checker.getShorthandAssignmentValueSymbol(parent);
    const isTarget = value !== undefined && resolveAlias(checker, value) === target.symbol;
    if (!isTarget) return undefined;
    return isCommonJsExport(parent.parent) ? target.to : `${target.from}: ${target.to}`;
  }
  if (canonicalSymbol(checker, node) !== target.symbol) return undefined;
  if (ts.isBindingElement(parent) && parent.name === node && takesProperty(checker, parent, node)) {
    return `${target.from}: ${target.to}`;
  }
  return target.to;
}

/** `module.exports = { name }` exports the symbol itself: whoever requires it follows. */
function isCommonJsExport(object: ts.ObjectLiteralExpression): boolean {
  const assignment = object.parent;
  return (
    ts.isBinaryExpression(assignment) &&
    assignment.right === object &&
    /\.[cm]?jsx?$/i.test(object.getSourceFile().fileName) &&
    assignment.left.getText() === 'module.exports'
  );
}

/** `{ name }` in a pattern takes the property called name, unless it is an import by `require`. */
function takesProperty(checker: ts.TypeChecker, element: ts.BindingElement, name: ts.Identifier): boolean {
  if (element.propertyName !== undefined || element.dotDotDotToken || !ts.isObjectBindingPattern(element.parent)) {
    return false;
  }
  const symbol = checker.getSymbolAtLocation(name);
  return symbol !== undefined && !(symbol.flags & ts.SymbolFlags.Alias);
}

/** The edits that rename a member of a class, interface, type or enum, by file; related members included. */
export function memberEdits(opened: ScriptProject, declaration: Declaration, to: string): Map<string, TextEdit[]> {
  const { node } = declaration;
  const found = opened.service.findRenameLocations(node.getSourceFile().fileName, node.getStart(), false, false, {
    providePrefixAndSuffixTextForRename: true,
  });
  const edits = new Map<string, TextEdit[]>();
  for (const { fileName, textSpan, prefixText = '', suffixText = '' } of found ?? []) {
    const file = opened.relative(fileName);
    const edit = {
      start: textSpan.start,
      end: textSpan.start + textSpan.length,
      text: `${prefixText}${to}${suffixText}`,
    };
    edits.set(file, [...(edits.get(file) ?? []), edit]);
  }
  return edits;
}
