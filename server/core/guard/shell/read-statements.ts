import { lostDash } from './lost-dash.ts';
import { ignored, operators, statementTypes, substitutionsIn } from './node-types.ts';
import type { ShellNode, ShellTree } from '../shell-tree.ts';
import type { RawRedirect, RawWord, Simple, Statement, Tied } from './statement.ts';

/**
 * Turns the parser's nodes into statements. tree-sitter-bash nests lists and pipelines by its own lights, hangs what follows
 * a here-document below it, and takes words after a redirection's target for more targets; all of that is put right here.
 */

export type Reading = { statement: Statement; /** Stretches that have no reading. */ errors: readonly string[] };

export function readStatements(tree: ShellTree): Reading {
  const reader = new Reader(tree.source);
  return { statement: reader.block(tree.root.children), errors: reader.errors };
}

/** The statements inside a substitution, whose node stands in the tree of `source`. */
export function readInside(source: string, node: ShellNode): Reading {
  const reader = new Reader(source);
  const inside = node.children.filter(({ type }) => !['$(', '<(', '>(', ')', '`', '$`'].includes(type));
  return { statement: reader.block(inside), errors: reader.errors };
}

type Flat = { operator: string; node?: ShellNode };

class Reader {
  readonly errors: string[] = [];
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }

  text(node: { start: number; end: number }): string {
    return this.source.slice(node.start, node.end);
  }

  private span(node: ShellNode) {
    return { source: this.source, start: node.start, end: node.end, nodes: substitutionsIn(node) };
  }

  /** A run of statements with what stands between them. */
  block(nodes: readonly ShellNode[]): Statement {
    const row = new Row();
    for (const { operator, node } of nodes.flatMap((each) => this.flatten(each)))
      if (node === undefined) row.operator(operator);
      else row.add(this.statement(node));
    return row.end();
  }

  /** Lists and pipelines as one row of statements and operators. */
  private flatten(node: ShellNode): Flat[] {
    if (node.type === 'list' || node.type === 'pipeline') return node.children.flatMap((each) => this.flatten(each));
    if (operators.has(node.type)) return [{ operator: node.type }];
    if (node.type === 'command') return this.splitLines(node);
    if (node.type === 'negated_command') return this.flattenNegated(node);
    if (node.type !== 'redirected_statement') return [{ operator: '', node }];
    const [body, ...redirects] = node.children;
    if (body?.type === 'list' || body?.type === 'pipeline') return this.redirectLast(body, redirects);
    const after = node.children
      .filter(({ type }) => type === 'heredoc_redirect')
      .flatMap(({ children }) => this.flattenAfterDocument(children));
    return [{ operator: '', node }, ...after];
  }

  /** The grammar lets a line that begins with a backslash go on with the command of the line before. */
  private splitLines(node: ShellNode): Flat[] {
    const group = node.children.find(({ type }) => type === 'subshell');
    if (group !== undefined && /^(?:time|coproc)\b/.test(this.text(node))) return this.flatten(group);
    const at = node.children.findIndex(({ start }, index) => index > 0 && this.source[start] === '\n');
    const first = node.children[at];
    if (first === undefined) return [{ operator: '', node }];
    const before = { ...node, end: first.start, children: node.children.slice(0, at) };
    const start = first.start + 1;
    const after = { ...node, start, children: [{ ...first, start }, ...node.children.slice(at + 1)] };
    return [{ operator: '', node: before }, { operator: '\n' }, ...this.splitLines(after)];
  }

  /** A redirection after a list or a pipeline is its last command's. */
  private redirectLast(body: ShellNode, redirects: readonly ShellNode[]): Flat[] {
    const row = this.flatten(body);
    const last = row.pop();
    if (last?.node === undefined) return row;
    const { start } = last.node;
    const end = redirects.at(-1)?.end ?? last.node.end;
    const children = [last.node, ...redirects];
    return [...row, ...this.flatten({ type: 'redirected_statement', field: undefined, start, end, children })];
  }

  /** What stands on the line of a here-document's start belongs to the statements around it. */
  private flattenAfterDocument(children: readonly ShellNode[]): Flat[] {
    return children.flatMap((each) =>
      operators.has(each.type) || statementTypes.has(each.type) ? this.flatten(each) : [],
    );
  }

  /** `! a | b`: the parser may have put the whole pipeline below the sign. */
  private flattenNegated(node: ShellNode): Flat[] {
    const inner = node.children.filter(({ type }) => type !== '!').flatMap((each) => this.flatten(each));
    const [first, ...rest] = inner;
    if (first?.node === undefined) return inner;
    return rest.length === 0 ? [{ operator: '', node }] : [first, ...rest];
  }

  private statement(node: ShellNode): Statement[] {
    if (ignored.has(node.type)) return [];
    switch (node.type) {
      case 'command':
      case 'variable_assignment':
      case 'variable_assignments':
      case 'declaration_command':
      case 'unset_command':
        return [this.simple(node)];
      case 'redirected_statement':
        return [this.redirected(node)];
      case 'file_redirect':
        return [this.readFile(node)];
      case 'negated_command':
        return [{ kind: 'not', body: this.block(node.children.filter(({ type }) => type !== '!')) }];
      case 'test_command':
        return [{ kind: 'test', words: this.wordsBelow(node) }];
      case 'function_definition':
        return [this.functionDefinition(node)];
      default:
        return this.compound(node);
    }
  }

  /** `$(< file)` prints the file, as cat does. */
  private readFile(node: ShellNode): Simple {
    const alone = this.simple({ ...node, children: [node] });
    return node.children[0]?.type === '<'
      ? { ...alone, words: [{ source: 'cat', start: 0, end: 3, nodes: [] }] }
      : alone;
  }

  private compound(node: ShellNode): Statement[] {
    switch (node.type) {
      case 'subshell':
        return [{ kind: 'group', subshell: true, body: this.inner(node), redirects: [] }];
      case 'compound_statement':
        return [
          node.children[0]?.type === '(('
            ? this.arithmetic(node)
            : { kind: 'group', subshell: false, body: this.inner(node), redirects: [] },
        ];
      case 'do_group':
        return [this.inner(node)];
      case 'if_statement':
        return [{ kind: 'if', branches: this.branches(node) }];
      case 'while_statement':
        return [this.whileLoop(node)];
      case 'for_statement':
        return [this.forLoop(node)];
      case 'c_style_for_statement':
        return [this.countedLoop(node)];
      case 'case_statement':
        return [this.caseOf(node)];
      default:
        return this.unread(node);
    }
  }

  /** What has no reading is reported; statements below it are read all the same, for what they show. */
  private unread(node: ShellNode): Statement[] {
    const text = this.text(node).trim();
    if (node.type === 'MISSING' || text !== '') this.errors.push(text === '' ? 'something is missing' : text);
    const below = node.children.filter(({ type }) => statementTypes.has(type));
    if (below.length > 0) return [this.block(node.children)];
    const words = this.words(node.children.filter(({ type }) => !operators.has(type)));
    return words.length === 0 ? [] : [{ kind: 'simple', source: this.text(node), words, redirects: [] }];
  }

  private inner(node: ShellNode): Statement {
    return this.block(node.children.filter(({ type }) => !['(', ')', '{', '}', 'do', 'done'].includes(type)));
  }

  private arithmetic(node: ShellNode): Statement {
    return { kind: 'arithmetic', text: this.text(node).slice(2, -2), words: this.wordsBelow(node) };
  }

  private simple(node: ShellNode): Simple {
    const redirects: RawRedirect[] = [];
    const words: ShellNode[] = [];
    this.checkGaps(node.children);
    for (const child of node.children) {
      if (child.type.endsWith('_redirect')) words.push(...this.redirect(child, redirects));
      else if (child.type === 'variable_assignment' || !this.isNoise(child)) words.push(child);
    }
    const list = node.type === 'variable_assignment' ? [node] : words;
    return { kind: 'simple', source: this.text(node), words: this.words(list), redirects };
  }

  /** The grammar takes an escaped blank, and the end of a line before it, for nothing: such words belong to no command for sure. */
  private checkGaps(nodes: readonly ShellNode[]): void {
    for (const [index, node] of nodes.entries()) {
      const gap = this.source.slice(nodes[index - 1]?.end ?? node.start, node.start);
      if (gap !== '' && !/^(?:[ \t\r]|\\\r?\n)*$/.test(gap))
        this.errors.push(gap.trim() === '' ? 'an end of line' : gap.trim());
    }
  }

  private isNoise(node: ShellNode): boolean {
    // Arguments in brackets are no shell: it is another language's line, or a slip.
    if (node.type === 'subshell') this.errors.push(this.text(node));
    if (node.type !== 'ERROR') return node.type === 'comment';
    if (node.start < node.end) this.errors.push(this.text(node));
    return false;
  }

  private redirected(node: ShellNode): Statement {
    const redirects: RawRedirect[] = [];
    const extra: ShellNode[] = [];
    const bodies: ShellNode[] = [];
    for (const child of node.children) {
      extra.push(...lostDash(this.source, child));
      if (child.type.endsWith('_redirect')) extra.push(...this.redirect(child, redirects));
      else if (child.type === 'ERROR') extra.push(...(this.isNoise(child) ? [] : [child]));
      else if (!ignored.has(child.type)) bodies.push(child);
    }
    const [first] = bodies;
    if (first === undefined) return { kind: 'simple', source: this.text(node), words: this.words(extra), redirects };
    return this.withRedirects(this.block([first]), this.words(extra), redirects);
  }

  private withRedirects(body: Statement, extra: readonly RawWord[], redirects: RawRedirect[]): Statement {
    if (body.kind === 'simple')
      return { ...body, words: [...body.words, ...extra], redirects: [...body.redirects, ...redirects] };
    if (body.kind === 'not') return { kind: 'not', body: this.withRedirects(body.body, extra, redirects) };
    if (extra.length > 0) this.errors.push('words after a compound command');
    return { kind: 'group', subshell: false, body, redirects };
  }

  /** Reads one redirection; returns the words that only seem to be its targets. */
  private redirect(node: ShellNode, into: RawRedirect[]): ShellNode[] {
    if (node.type === 'heredoc_redirect') return this.document(node, into);
    const targets = node.children.filter(
      ({ type, field, start }) =>
        field === 'destination' ||
        (field === undefined && !/^[<>&|-]+$/.test(type) && !(type === 'ERROR' && this.source[start] === '>')),
    );
    const [target, ...rest] = this.words(targets);
    if (node.type === 'herestring_redirect') {
      if (target !== undefined) into.push({ kind: 'string', word: target });
    } else {
      const operator = node.children.find(({ type }) => /^[<>&|-]+$/.test(type))?.type ?? '>';
      const descriptor = node.children.find(({ field }) => field === 'descriptor');
      into.push({ kind: 'file', operator, descriptor: descriptor && this.text(descriptor), target });
    }
    return targets.filter(({ start }) => rest.some((word) => start >= word.start && start < word.end));
  }

  private document(node: ShellNode, into: RawRedirect[]): ShellNode[] {
    const start = node.children.find(({ type }) => type === 'heredoc_start');
    const body = node.children.find(({ type }) => type === 'heredoc_body');
    into.push({
      kind: 'document',
      quoted: start !== undefined && /['"\\]/.test(this.text(start)),
      strip: node.children.some(({ type }) => type === '<<-'),
      body: body && this.span(body),
    });
    const words: ShellNode[] = [];
    for (const child of node.children) {
      if (child.type.endsWith('_redirect')) words.push(...this.redirect(child, into));
      else if (child.field === 'argument') words.push(child);
      else if (child.type === 'ERROR') words.push(...(this.isNoise(child) ? [] : [child]));
    }
    return words;
  }

  /** Words from nodes; nodes that touch are one word. */
  private words(nodes: readonly ShellNode[]): RawWord[] {
    const words: { source: string; start: number; end: number; nodes: ShellNode[] }[] = [];
    for (const node of nodes) {
      if (this.source[node.start] === '\n') this.errors.push('an end of line');
      const last = words.at(-1);
      if (last !== undefined && last.end === node.start) {
        last.end = node.end;
        last.nodes.push(...substitutionsIn(node));
      } else words.push(this.span(node));
    }
    return words;
  }

  /** The words of a test or of arithmetic, without its signs. */
  private wordsBelow(node: ShellNode): RawWord[] {
    if (
      node.children.length === 0 ||
      /^(word|string|raw_string|concatenation|.*expansion|.*substitution)$/.test(node.type)
    )
      return /^(\[\[?|\]\]?|\(\(|\)\)|\(|\)|;)$/.test(node.type) ? [] : [this.span(node)];
    return node.children.flatMap((each) => this.wordsBelow(each));
  }

  private functionDefinition(node: ShellNode): Statement {
    const name = node.children.find(({ field }) => field === 'name');
    const body = node.children.find(({ field }) => field === 'body');
    const inside = body === undefined ? this.block([]) : this.block([body]);
    return { kind: 'function', name: name === undefined ? '' : this.text(name), body: inside };
  }

  private branches(node: ShellNode): { test: Statement | undefined; body: Statement }[] {
    const then = node.children.findIndex(({ type }) => type === 'then');
    const cut = (from: number, to: number) =>
      this.block(node.children.slice(from, to).filter(({ type }) => type !== 'fi'));
    const first = node.children.findIndex(({ type }) => type === 'elif_clause' || type === 'else_clause');
    const end = first < 0 ? node.children.length : first;
    const others = node.children.slice(end).flatMap((each) => {
      if (each.type === 'elif_clause') return this.branches(each);
      return each.type === 'else_clause' ? [{ test: undefined, body: this.block(each.children.slice(1)) }] : [];
    });
    if (then < 0) return [{ test: cut(1, 1), body: cut(1, end) }, ...others];
    return [{ test: cut(1, then), body: cut(then + 1, end) }, ...others];
  }

  private whileLoop(node: ShellNode): Statement {
    const body = node.children.filter(({ field }) => field === 'body');
    const test = node.children.filter(({ field, type }) => field !== 'body' && type !== 'while' && type !== 'until');
    const until = node.children[0]?.type === 'until';
    return { kind: 'loop', until, test: this.block(test), body: this.block(body) };
  }

  private forLoop(node: ShellNode): Statement {
    const variable = node.children.find(({ field }) => field === 'variable');
    const values = node.children.filter(({ field }) => field === 'value');
    const over = node.children.some(({ type }) => type === 'in') ? this.words(values) : undefined;
    const body = this.block(node.children.filter(({ field }) => field === 'body'));
    return { kind: 'for', variable: variable === undefined ? '' : this.text(variable), words: over, body };
  }

  private countedLoop(node: ShellNode): Statement {
    const endless = !node.children.some(({ field }) => field === 'condition');
    const body = this.block(node.children.filter(({ field }) => field === 'body'));
    const words = node.children.filter(({ field }) => field !== 'body').flatMap((each) => this.wordsBelow(each));
    const test: Statement = endless ? { kind: 'list', parts: [] } : { kind: 'arithmetic', text: '', words };
    return { kind: 'loop', until: false, test, body };
  }

  private caseOf(node: ShellNode): Statement {
    const subject = node.children.filter(({ field }) => field === 'value');
    const arms = node.children
      .filter(({ type }) => type === 'case_item')
      .map((item) => {
        const close = item.children.findIndex(({ type }) => type === ')');
        const patterns = item.children.slice(0, close).filter(({ type }) => type !== '(' && type !== '|');
        const rest = item.children.slice(close + 1);
        const falls = rest.some(({ type }) => type === ';&' || type === ';;&');
        return {
          patterns: this.words(patterns),
          body: this.block(rest.filter(({ type }) => ![';;', ';&', ';;&'].includes(type))),
          falls,
        };
      });
    const [word] = this.words(subject);
    return {
      kind: 'case',
      subject: word ?? { source: this.source, start: node.start, end: node.start, nodes: [] },
      arms,
    };
  }
}

/** Puts statements together as the operators between them say. */
class Row {
  private readonly parts: Tied[] = [];
  private tie: Tied['tie'] = ';';
  private pipe: Statement[] = [];
  private piping = false;

  add(statements: readonly Statement[]): void {
    if (!this.piping && this.pipe.length > 0) this.operator(';');
    this.piping = false;
    this.pipe.push(...statements);
  }

  operator(operator: string): void {
    this.piping = operator === '|' || operator === '|&';
    if (this.piping) return;
    this.close(operator === '&');
    this.tie = operator === '&&' || operator === '||' ? operator : ';';
  }

  end(): Statement {
    this.close(false);
    const [only] = this.parts;
    const plain = this.parts.length === 1 && only !== undefined && !only.background;
    return plain ? only.statement : { kind: 'list', parts: this.parts };
  }

  private close(background: boolean): void {
    const [only] = this.pipe;
    if (only === undefined) return;
    const statement: Statement = this.pipe.length === 1 ? only : { kind: 'pipeline', parts: this.pipe };
    this.parts.push({ tie: this.tie, background, statement });
    this.pipe = [];
  }
}
