import type { RuleTester } from 'oxlint/plugins-dev';

type Rule = Parameters<RuleTester['run']>[1];

const authorizes = /\b(?:authorize|require)[A-Z]\w*\(|\bsystemContext\(/;
const audits = /\bappend\w*Audit\w*\(/;

/** Whether `name`, or a function of the same file that it calls, appends to the audit log. */
function reachesAudit(name: string, texts: ReadonlyMap<string, string>, seen = new Set<string>()): boolean {
  const text = texts.get(name);
  if (text === undefined || seen.has(name)) return false;
  seen.add(name);
  return audits.test(text) || [...text.matchAll(/\b(\w+)\(/g)].some((call) => reachesAudit(call[1] ?? '', texts, seen));
}

/** A use case that opens a transaction authorizes in its own body and appends to the audit log, itself or in a function of its file. */
export const writeIsAudited: Rule = {
  create(context) {
    const texts = new Map<string, string>();
    const exported = new Map<string, Parameters<typeof context.report>[0]['node']>();
    return {
      FunctionDeclaration(node) {
        if (node.id === null) return;
        texts.set(node.id.name, context.sourceCode.getText(node));
        if (node.parent.type === 'ExportNamedDeclaration') exported.set(node.id.name, node.id);
      },
      'Program:exit'() {
        for (const [name, node] of exported) {
          const text = texts.get(name) ?? '';
          if (node === undefined || !/\bwithTransaction\(/.test(text)) continue;
          if (!authorizes.test(text))
            context.report({ node, message: `${name} changes something and does not authorize.` });
          if (!reachesAudit(name, texts))
            context.report({ node, message: `${name} changes something and does not append to the audit log.` });
        }
      },
    };
  },
};
