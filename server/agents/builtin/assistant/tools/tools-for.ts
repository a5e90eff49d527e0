import type { Skill } from '../instructions.ts';
import type { Tool } from '../tool.ts';
import { askTool } from './ask-tool.ts';
import { editTool, writeTool } from './edit-tool.ts';
import { listTool } from './list-tool.ts';
import { planTool } from './plan-tool.ts';
import { readTool } from './read-tool.ts';
import { runTool } from './run-tool.ts';
import { searchTool } from './search-tool.ts';
import { skillTool } from './skill-tool.ts';

export type AssistantMode = 'ask' | 'plan' | 'edit' | 'auto';

/** What a model may call in a mode. In `plan` nothing that changes files is offered; commands see the project read-only there. */
export function toolsFor(mode: AssistantMode, skills: readonly Skill[]): readonly Tool[] {
  const looking = [readTool, listTool, searchTool, ...(skills.length === 0 ? [] : [skillTool(skills)])];
  const changing = mode === 'plan' ? [] : [editTool, writeTool];
  return [...looking, ...changing, runTool, planTool, askTool];
}
