import type { ShellNode } from '../shell-tree.ts';

/** Types of the grammar's nodes, by what they are for the reader. */

export const operators = new Set(['&&', '||', ';', '&', '|', '|&', '\n', ';;']);
export const statementTypes = new Set([
  'command', 'redirected_statement', 'pipeline', 'list', 'subshell', 'compound_statement', 'if_statement',
  'while_statement', 'for_statement', 'c_style_for_statement', 'case_statement', 'function_definition',
  'negated_command', 'test_command', 'declaration_command', 'unset_command', 'variable_assignment',
  'variable_assignments', 'do_group',
]); // prettier-ignore
export const ignored = new Set(['comment', 'heredoc_body', 'heredoc_end', 'heredoc_start', 'heredoc_content']);

const substitutions = new Set(['command_substitution', 'process_substitution']);

export function substitutionsIn(node: ShellNode): ShellNode[] {
  return substitutions.has(node.type) ? [node] : node.children.flatMap(substitutionsIn);
}
