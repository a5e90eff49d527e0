import { judgeSql } from './sql-judgement.ts';

/** `gateway.customer.find('x')`, typed as if the shell were the program. */
const bareCall =
  /^\s*([A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_]\w*(?:\([^()`$;|&<>]*\))?)*(?:\.|->|::)[A-Za-z_]\w*)\([^()`$;|&<>]*\)\s*;?\s*$/;

const statement =
  /^\s*(?:select|insert|create|show|explain|describe|with|alter|update|delete|replace|merge|upsert)\s+\w[^\n`$|&<>\\;]*\([^\n`$|&<>\\;]*;?\s*$/i;

/** A text that is begun and not ended, after a word that only prints. */
const openText = /^\s*(?:echo|printf)\s+(?:-[neE]+\s+)?(["'])(?:(?!\1)[^`$\\\n])*$/;

/** A call of another language, or a statement of SQL, that only looks or adds: no shell reads it, so nothing runs. */
export function isHarmlessText(source: string): boolean {
  return (
    isHarmlessCall(source) ||
    openText.test(source) ||
    (source.length <= 2_000 && statement.test(source) && judgeSql(source) === undefined)
  );
}

function isHarmlessCall(source: string): boolean {
  return source.length <= 400 && bareCall.test(source) && !removesByName.test(source);
}

const removesByName =
  /(?:\.|->|::)(?:delete|del|destroy|remove|cancel|void|refund|terminate|purge|archive|drop|truncate|wipe|flush|revoke|disable|shutdown|kill|exec|eval|system|spawn|rm|rmtree|unlink|clear|reset|disconnect|deactivate|unsubscribe|bulkWrite|findAndModify|run|popen|call|check_\w+|get(?:status)?output)\w*\(/i;
