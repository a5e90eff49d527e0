import type { Word } from '../interpreted.ts';
import { isExact, literal, unknown } from '../word.ts';
import { lookUp, type Shell } from './state.ts';

/** `$((…))` with numbers, variables and the four operations; anything more is not known, but a number all the same. */
export function evaluate(expression: Word, shell: Shell): Word {
  if (!isExact({ ...expression, glob: false }) || expression.text.length > 200) return unknown('$((…))');
  const tokens = expression.text.match(/\d+|[A-Za-z_]\w*|[-+*/%()]|\S/g) ?? [];
  const reader = { tokens, at: 0 };
  const value = sum(reader, shell, 0);
  return value === undefined || reader.at < tokens.length ? unknown('$((…))') : literal(String(value));
}

type Tokens = { tokens: readonly string[]; at: number };

function sum(reader: Tokens, shell: Shell, depth: number): number | undefined {
  let left = product(reader, shell, depth);
  for (let sign = reader.tokens[reader.at]; sign === '+' || sign === '-'; sign = reader.tokens[reader.at]) {
    reader.at += 1;
    const right = product(reader, shell, depth);
    left = left === undefined || right === undefined ? undefined : left + (sign === '+' ? right : -right);
  }
  return left;
}

function product(reader: Tokens, shell: Shell, depth: number): number | undefined {
  let left = atom(reader, shell, depth);
  for (
    let sign = reader.tokens[reader.at];
    sign === '*' || sign === '/' || sign === '%';
    sign = reader.tokens[reader.at]
  ) {
    reader.at += 1;
    const right = atom(reader, shell, depth);
    if (left === undefined || right === undefined || (sign !== '*' && right === 0)) return undefined;
    if (sign === '*') left *= right;
    else left = sign === '/' ? Math.trunc(left / right) : left % right;
  }
  return left;
}

function atom(reader: Tokens, shell: Shell, depth: number): number | undefined {
  const token = reader.tokens[reader.at] ?? '';
  reader.at += 1;
  if (token === '-' && depth < 20) {
    const value = atom(reader, shell, depth + 1);
    return value === undefined ? undefined : -value;
  }
  if (token === '(' && depth < 20) {
    const value = sum(reader, shell, depth + 1);
    reader.at += 1;
    return value;
  }
  if (/^\d/.test(token)) return Number(token);
  const value = lookUp(shell, token);
  return value?.kind === 'text' && /^-?\d+$/.test(value.word.text) ? Number(value.word.text) : undefined;
}
