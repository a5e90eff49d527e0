import type * as acp from '@agentclientprotocol/sdk';
import type { PersonPart } from './history.ts';

/** What people said, with what they attached. */
export function personParts(prompt: readonly acp.ContentBlock[]): PersonPart[] {
  return prompt.flatMap((block): PersonPart[] => {
    switch (block.type) {
      case 'text':
        return [{ type: 'text', text: block.text }];
      case 'image':
        return [{ type: 'image', mediaType: block.mimeType, data: block.data }];
      case 'resource': {
        const { resource } = block;
        return 'text' in resource ? [{ type: 'text', text: `${resource.uri}:\n${resource.text}` }] : [];
      }
      case 'resource_link':
        return [{ type: 'text', text: `(${block.name}: ${block.uri})` }];
      default:
        return [];
    }
  });
}
