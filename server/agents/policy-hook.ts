import path from 'node:path';
import type { Mount } from '../workspace/sandbox-arguments.ts';

/**
 * The program that agents with a hook before each tool are told to call. It asks the run's policy socket and fails closed; it
 * is the same for every agent and lies in the box read-only.
 */
export const policyHookFolder = '/opt/policy';
export const policyHookCommand = `${policyHookFolder}/policy-hook`;
/** People have a little less, so that a question that nobody answers is denied in words. */
export const policyAnswerMs = 9 * 60_000;

export const policySocketInside = '/run/policy.sock';

export function policyHookMounts(): Mount[] {
  return [[path.join(import.meta.dirname, 'policy-hook.sh'), policyHookCommand]];
}
