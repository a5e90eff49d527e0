'use client';

import { useMutation } from '@tanstack/react-query';
import { useTRPCClient } from '@/components/trpc.tsx';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import { imageTypes, maxImageBytes } from '@/server/core/image-kind.ts';
import { useSession } from './session-context.tsx';
import { useDraft } from './use-draft.ts';

/** Puts images beside the words, or says why they cannot go there. */
export function useImages(agent: AgentDescription | undefined) {
  const { session } = useSession();
  const { store } = useDraft();
  const client = useTRPCClient();
  const adding = useMutation({
    mutationFn: async (files: File[]) => {
      for (const file of files) {
        const problem = problemOf(file, agent);
        if (problem !== undefined) throw new Error(problem);
        const content = await base64Of(file);
        const { imageId } = await client.conversation.addImage.mutate({ sessionId: session.id, content });
        store.attach({ kind: 'image', imageId, name: file.name.slice(0, 200) });
      }
    },
  });
  return {
    add: (files: File[]) => adding.mutate(files),
    error: adding.error,
    isAdding: adding.isPending,
    dismiss: () => adding.reset(),
  };
}

function problemOf({ type, size, name }: File, agent: AgentDescription | undefined): string | undefined {
  if (agent?.images !== true) return `${agent?.title ?? 'This agent'} takes no images. Choose another agent.`;
  if (!imageTypes.some((each) => each === type)) return `${name} is not a PNG, JPEG, GIF or WebP image.`;
  return size > maxImageBytes ? `${name} has more than 4 MB. Make it smaller, or cut out what matters.` : undefined;
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 32_768)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 32_768)));
  return btoa(pieces.join(''));
}
