import type { SimpleCommand } from '../interpreted.ts';
import { asksForHelp } from '../options.ts';

/** Verbs that take something away for good, alone or at either end of a longer word (`delete-table`, `table_delete`, `dns:delete`). */
const destroying =
  'delete|del|destroy|remove|rm|purge|drop|terminate|deregister|uninstall|unpublish|prune|wipe|flush|erase|clear|truncate|expunge|evict|nuke|teardown|undeploy|unregister|deprovision|decommission|obliterate|clean|empty|unlink';
/** Verbs that take away what people rely on, and can be undone with trouble. */
const withdrawing =
  'disable|deactivate|revoke|archive|unsubscribe|detach|disassociate|dissociate|stop|kill|shutdown|halt|poweroff|drain|cordon|forget|reset|rollback|force-unlock|unset|suspend|pause|cancel|abort|expire|disconnect|unassign|untag|unlock|invalidate|quarantine|void|refund|release-address|reboot|restart|reimage|reinstall|rotate|regenerate|failover|switchover|promote|demote|transfer|reassign|resync|overwrite|replace|schedule-key-deletion|rename|deauthorize|leave|kick|ban|block|reject|unsuspend|downgrade|restore|roll|seal|evacuate|detach|retire|offline';

const destroyWord = new RegExp(
  `^(?:${destroying})$|^(?:batch[-_])?(?:${destroying})[-_]|[-_:.](?:${destroying})$|^[\\w-]+:(?:${destroying})(?![a-z])`,
  'i',
);
/** `apiAccessDeleteKeys` */
const destroyInside =
  /[a-z](?:Delete|Remove|Destroy|Purge|Terminate|Drop)(?:[A-Z]|$)|^(?:delete|remove|destroy|purge|terminate|drop)[A-Z]/;
const withdrawWord = new RegExp(
  `^(?:${withdrawing})$|^close[-_]|^(?:batch[-_])?(?:${withdrawing})[-_]|[-_](?:${withdrawing})$|^\\w+:(?:${withdrawing})$`,
  'i',
);

/** Verbs after which nothing is taken away. */
const looking =
  /^(?:get|list|ls|describe|show|status|view|search|find|diff|plan|validate|help|version|cat|stat|tail|logs?|inspect|ping|check|info|count|export|read|query|login|logout|whoami|create|add|new|init|start|run|open|watch|wait|lint|test|dev|build|preview|sign|verify|download|print|explain|top|usage|history|events|doctor|completion|has|exists|head|ls-remote|fetch|pull|clone|fmt|graph|output|sub|subscribe|pub|publish|put|set|update|enable|upload|apply|deploy|send|invite|comment|merge|close|reopen|edit|use|select|switch|register|import|generate|scan|compare|copy|cp|mv|move|lookup|whoami|me|doc|docs|config|configure|account)$|^(?:get|list|describe|show|head|batch-get|search|lookup|query|scan|test|validate|check|estimate|preview|simulate|create|put|update|set|start|enable|tag|add|attach|associate|register|send|publish|receive|poll|wait|run|invoke|modify|count|filter|select)[-_]/i;
/** Of these the next word may still be the verb: `config delete`, `account remove`. */
const alsoNouns =
  /^(?:config|account|import|test|build|log|logs|doc|docs|usage|history|events|export|run|sub|set|copy|check|index)$/i;
const nounsAtFirst = /^(?:list|status|view|search|query|scan|new|head)$/i;

export type VerbKind = 'destroy' | 'withdraw' | undefined;

/**
 * The first verb among a command's words says what it does: what stands after it are names. Options are passed over, their values
 * are no verbs as a rule.
 */
export function verbKind(words: readonly string[]): { kind: VerbKind; at: number } {
  const plain = words.slice(0, 12).filter((word) => !word.startsWith('-'));
  for (const [at, word] of plain.entries()) {
    if (destroyWord.test(word) || destroyInside.test(word)) return { kind: 'destroy', at };
    if (withdraws(word, plain[at + 1] ?? '')) return { kind: 'withdraw', at };
    if (isLooking(word) && !isNoun(word, at)) return { kind: undefined, at };
  }
  return { kind: undefined, at: -1 };
}

const oftenNouns = /^(?:restore|archive|transfer|rollback|failover|restart|cancel|refund|ban|block|leave)s?$/i;

/** `restore describe` looks at what was restored. */
function withdraws(word: string, next: string): boolean {
  return withdrawWord.test(word) && !(oftenNouns.test(word) && isLooking(next));
}

function isNoun(word: string, at: number): boolean {
  return (at < 3 && alsoNouns.test(word)) || (at === 0 && nounsAtFirst.test(word));
}

function isLooking(word: string): boolean {
  return looking.test(word);
}

/** Of these `-n` tells what would happen. */
const dryByLetter = new Set(['rclone', 'restic', 'borg']);
/** Of these `-h` names a host. */
const hostByLetter = new Set(['mosquitto_ctrl', 'ldapdelete', 'ldapmodify', 'cbq', 'isql', 'snowsql', 'bconsole']);

/** Shows what would happen, or how to call it. */
export function isTrial({ name, args }: SimpleCommand): boolean {
  return (
    asksForHelp(args) ||
    (!hostByLetter.has(name) && args.some(({ text }) => text === '-h')) ||
    (dryByLetter.has(name) && args.some(({ text }) => text === '-n')) ||
    args.some(
      ({ text }, index) =>
        /^(?:--dry-?run(?:=(?:true|client|server|all))?|--what-?if|--check|--no-op|--noop|--simulate|--pretend|help|--list-only|--validate-only|--no-act|--generate-cli-skeleton)$/i.test(
          text,
        ) && !(text === 'help' && index > 2),
    )
  );
}

/** Long options of many such tools that take the next word. */
const valued = new Set(
  '--profile --region --project --project-id --org --organization --account --account-name --subscription --resource-group -g -n --name --namespace --context --kubeconfig --cluster --server -s --url --endpoint-url --endpoint --token --api-key --api-token --app -a --site --env --environment --config -c --output -o --format --query --filter --zone --location --tenant --user -u --password -p --host --port --address --bootstrap-server --zookeeper --repo -R -r --repository --team --scope --workspace -w --vault --session --state --log-level --limit --page --per-page --cwd -C --stack --target --zone-id --namespace-id --id --impersonate-service-account --ca-cert --cert --key --cli-binary-format --page-size --max-items --creds --stream --context-name --color --vhost -V -H -t --tag'.split(
    ' ',
  ),
);

/** Takes options out, together with the values that they are known to take. */
export function plainWords({ args }: SimpleCommand): string[] {
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const text = args[index]?.text ?? '';
    if (!text.startsWith('-')) words.push(text);
    else if (valued.has(text)) index += 1;
  }
  return words;
}

/** The pattern, so that a verb does not end in the midst of a word: `star` is not the beginning of `start`. */
export function wholeVerb(pattern: RegExp): RegExp {
  return new RegExp(`(?:${pattern.source})(?![a-z])`, pattern.flags);
}

/** The same for each pattern of a table. */
export function wholeVerbs(table: Record<string, RegExp>): Record<string, RegExp> {
  return Object.fromEntries(Object.entries(table).map(([name, pattern]) => [name, wholeVerb(pattern)]));
}

/** Options that remove, whatever the verb: `verify --delete`, `sync --prune`. */
export function hasRemovingFlag({ args }: SimpleCommand): boolean {
  return args.some(({ text }) =>
    /^--(?:delete|purge|prune|destroy|wipe|clear-existing|force-destroy|remove-orphans)(?:-[\w-]+)?(?:=true)?$/.test(
      text,
    ),
  );
}
