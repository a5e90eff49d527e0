import type * as acp from '@agentclientprotocol/sdk';
import { agentWorkRoot } from '../core/agent-work-root.ts';
import type { PromptPart } from './prompt-parts.ts';

/** A prompt in the protocol's words. What the agent says it cannot take is named instead, so that its model knows of it. */
export function contentBlocks(
  text: string,
  { parts, takesImages }: { parts: readonly PromptPart[]; takesImages: boolean },
): acp.ContentBlock[] {
  return [{ type: 'text', text }, ...parts.map((part) => blockOf(part, takesImages))];
}

function blockOf(part: PromptPart, takesImages: boolean): acp.ContentBlock {
  switch (part.type) {
    case 'text':
      return part;
    case 'file': {
      const uri = `file://${agentWorkRoot}/${part.path.split('/').map(encodeURIComponent).join('/')}`;
      return { type: 'resource_link', uri, name: part.path };
    }
    case 'image': {
      const { name, mimeType, content } = part;
      if (!takesImages) return { type: 'text', text: `The image ${name} was left out: this agent takes no images.` };
      return { type: 'image', mimeType, data: Buffer.from(content).toString('base64') };
    }
  }
}
