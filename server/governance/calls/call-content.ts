import { seal, unseal } from '../../platform/secrets.ts';

const purpose = 'model-call-content';

/** What was asked and answered, as text. */
export type CallContent = { request: string; answer: string };
type Sealed = { requestSealed: string; answerSealed: string };

export function sealContent({ request, answer }: CallContent): Sealed {
  return { requestSealed: seal(purpose, request), answerSealed: seal(purpose, answer) };
}

export function openContent({ requestSealed, answerSealed }: Sealed): CallContent {
  return { request: unseal(purpose, requestSealed), answer: unseal(purpose, answerSealed) };
}
