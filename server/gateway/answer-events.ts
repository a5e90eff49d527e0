import type { LlmPart, LlmResponse, LlmStreamEvent } from '../core/llm-message.ts';

/** A whole answer as the events that a stream of it would have. */
export function eventsOf(response: LlmResponse): LlmStreamEvent[] {
  const { id, model, parts, stop, stopSequence, usage } = response;
  return [
    { type: 'start', id, model, ...(usage ? { usage } : {}) },
    ...parts.flatMap((part, index) => eventsOfPart(part, index)),
    {
      type: 'end',
      stop,
      ...(stopSequence === undefined ? {} : { stopSequence }),
      ...(usage ? { usage } : {}),
    },
  ];
}

function eventsOfPart(part: LlmPart, index: number): LlmStreamEvent[] {
  const end: LlmStreamEvent = { type: 'part_end', index };
  switch (part.type) {
    case 'text':
      return [
        { type: 'part_start', index, part: { ...part, text: '' } },
        { type: 'text', index, text: part.text },
        end,
      ];
    case 'refusal':
      return [
        { type: 'part_start', index, part: { ...part, text: '' } },
        { type: 'refusal', index, text: part.text },
        end,
      ];
    case 'tool_call':
      return [
        { type: 'part_start', index, part: { ...part, arguments: '' } },
        { type: 'arguments', index, json: part.arguments },
        end,
      ];
    case 'thinking': {
      const { proof, ...shown } = part;
      return [
        { type: 'part_start', index, part: part.redacted ? part : { ...shown, text: '' } },
        ...(part.redacted ? [] : [{ type: 'thinking' as const, index, text: part.text }]),
        ...(proof && !part.redacted ? [{ type: 'thinking_proof' as const, index, proof }] : []),
        end,
      ];
    }
    default:
      return [{ type: 'part_start', index, part }, end];
  }
}
