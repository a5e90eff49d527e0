import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineTool } from '../tool.ts';

/** Puts a question to the people. They answer with their next prompt, so the turn ends with it. */
export const askTool = defineTool({
  name: 'ask',
  description:
    'Ask the people a question when you cannot go on without their answer, for instance when two readings of the task lead to different code. Your turn ends with it, and they answer in their next message. Do not ask what the code can tell you.',
  kind: 'other',
  effect: 'none',
  isQuiet: true,
  schema: z.object({
    question: z.string().min(1),
    answers: z.array(z.string()).max(8).optional().describe('Answers to choose from'),
  }),
  prepare: ({ question, answers = [] }, { host }) => ({
    title: 'Question',
    async perform() {
      const choices = answers.map((answer, at) => `${at + 1}. ${answer}`).join('\n');
      const text = choices === '' ? question : `${question}\n\n${choices}`;
      await host.update({
        sessionUpdate: 'agent_message_chunk',
        messageId: randomUUID(),
        content: { type: 'text', text },
      });
      return { text: 'The people see the question and answer in their next message.', endsTurn: true };
    },
  }),
});
