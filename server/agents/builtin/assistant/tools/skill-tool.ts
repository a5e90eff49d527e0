import { z } from 'zod';
import type { Skill } from '../instructions.ts';
import { defineTool, ToolError, type Tool } from '../tool.ts';

const mostChars = 30_000;

/** Gives the text of one of the project's skills, whose names and descriptions the model knows. */
export function skillTool(skills: readonly Skill[]): Tool {
  return defineTool({
    name: 'skill',
    description:
      'Read one of the skills of the project that are listed in your instructions, before you do what it is for.',
    kind: 'read',
    effect: 'none',
    schema: z.object({ name: z.string() }),
    prepare: ({ name }, { host }) => {
      const skill = skills.find((each) => each.name === name);
      if (skill === undefined)
        throw new ToolError(`There is no skill ${name}. There are: ${skills.map((each) => each.name).join(', ')}.`);
      return {
        title: `Read the skill ${name}`,
        paths: [skill.path],
        async perform() {
          return { text: (await host.readFile(skill.path)).slice(0, mostChars).toWellFormed() };
        },
      };
    },
  });
}
