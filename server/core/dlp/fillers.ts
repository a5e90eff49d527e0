import { longestRun } from './entropy.ts';

/** Words that stand where a secret will be. */
const words =
  /(?:^|[^a-z])(?:example|examplekey|sample|placeholder|change[-_ ]?me|change[-_ ]?it|your|dummy|redacted|removed|masked|hidden|secret[-_ ]?here|token[-_ ]?here|key[-_ ]?here|goes[-_ ]?here|insert|replace|not[-_ ]?a[-_ ]?real|todo|none|null|undefined|true|false|nil|randomstring|unset|empty|default)(?![a-z])/i;

/** A reference to a value elsewhere: shell, templates, format strings, environment lookups, functions. */
const reference =
  /^(?:\$\{?[\w(]|\{\w+[(.}]|\{\{|<%|%[({]|%\w*%$|<[^>]*>$|\[[^\]]*\]$|#\{|@\{|\$\$|var\.|env[.([]|process\.|os\.|System\.|self\.|this\.|config[.([]|getenv|!Ref|!Sub|ref\+|vault:|arn:|op:\/\/|file:)|\$\{[^}]*\}$|\{\{[^}]*\}\}/i;

/** Whether a value only stands for one. */
export function isFiller(value: string): boolean {
  const text = value.trim();
  if (text === '') return true;
  if (reference.test(text)) return true;
  if (words.test(text) && text.length < 60) return true;
  if (/x{4,}|\*{3,}|\.{3,}|-{4,}|_{4,}|0{12,}|EXAMPLE|Example/i.test(text) && !/[A-Za-z0-9+/]{120}/.test(text))
    return true;
  return longestRun(text) > Math.max(4, text.length / 3);
}
