import type { PolicyCaller, PolicyModel } from '../core/policy-question.ts';
import { isAppError } from '../core/errors.ts';
import { decide } from './decide.ts';
import { inspectTexts } from './dlp/inspect.ts';
import { treatmentOf, type DataTreatment } from './policies/data-treatment.ts';
import { denialWords, requirePermitted } from './require-permitted.ts';
import { callerOfRun, type RunOfTeam } from './run-files.ts';

/** A service that a run's agent calls and that is no model: an MCP server elsewhere. Policies know it as the model `mcp/NAME`. */
export type CalledService = { id: string; name: string; place: 'local' | 'remote' };

export type ServiceWord =
  | { allowed: true; text: string; notice?: string }
  | { allowed: false; reason: string; rules: readonly string[] };

const task = 'mcp';

function modelOf({ id, name, place }: CalledService): PolicyModel {
  const target = { modelId: id, providerId: id, providerName: 'MCP', place, upstreamModel: name };
  return { alias: `mcp/${name}`, target };
}

/** Whether policies let a run use a service at all. @throws AppError `forbidden` naming the rules */
export async function requireService(run: RunOfTeam, service: CalledService): Promise<void> {
  await requireUse(await callerOfRun(run), service);
}

const requireUse = (caller: PolicyCaller, service: CalledService) =>
  requirePermitted(
    { action: 'useModel', caller, model: modelOf(service), circumstances: { task } },
    `${service.name} is not called`,
  );

/**
 * What may leave with a call: the same that may leave with a call of a model, looked for and treated the same way. What is masked is not
 * put back on the way there.
 * @param json the arguments, as JSON
 */
export async function inspectServiceCall(
  run: RunOfTeam & { sessionId: string },
  { service, toolName, json }: { service: CalledService; toolName: string; json: string },
): Promise<ServiceWord> {
  const caller = await callerOfRun(run);
  const refusal = await requireUse(caller, service).then(
    () => undefined,
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return error;
    },
  );
  if (refusal) return { allowed: false, reason: refusal.message, rules: ruleIds(refusal.details?.['rules']) };
  let text = json;
  const place = { role: 'tool_arguments', text, isJson: true, toolName, replace: (now: string) => void (text = now) };
  const { teamId, person } = caller;
  const inspection = await inspectTexts({ teamId, person, sessionId: run.sessionId }, [place]);
  const treatments = await treatmentsOf(caller, service, inspection.classes);
  const blocked = [...treatments].filter(([, { action }]) => action === 'block');
  if (blocked.length > 0) return blockedWord(service, blocked);
  await inspection.mask(new Map([...treatments].map(([name, { action }]) => [name, action])));
  const told = [...treatments].flatMap(([name, { action }]) => (action === 'warn' ? [name] : []));
  const notice = `(Ensemble: what was sent to ${service.name} holds data of the class ${told.join(', ')}.)`;
  return { allowed: true, text, ...(told.length > 0 && { notice }) };
}

async function treatmentsOf(caller: PolicyCaller, service: CalledService, classes: readonly string[]) {
  const circumstances = { task, dataClasses: classes };
  const model = modelOf(service);
  const found = new Map<string, DataTreatment>();
  for (const dataClass of new Set(classes))
    found.set(dataClass, await treatmentOf({ caller, model, circumstances, dataClass }, decide));
  return found;
}

function blockedWord({ name }: CalledService, blocked: readonly [string, DataTreatment][]): ServiceWord {
  const rules = blocked.flatMap(([, treatment]) => treatment.rules);
  const classes = blocked.map(([dataClass]) => dataClass).join(', ');
  const why = rules.length === 0 ? '' : ` ${denialWords({ effect: 'deny', rules })}`;
  return {
    allowed: false,
    reason: `What would be sent to ${name} holds data of the class ${classes}, which may not leave.${why}`,
    rules: rules.map(({ id }) => id),
  };
}

const ruleIds = (given: unknown): string[] => (Array.isArray(given) ? given.map(String) : []);
