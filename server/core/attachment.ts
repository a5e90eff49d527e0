import { z } from 'zod';

const path = z.string().min(1).max(1000);
const line = z.number().int().min(1);
const words = (most: number) => z.string().max(most);

/** What a person puts beside the words of a prompt: places in the code, things that happened, images. */
export const promptAttachment = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), path }),
  z.object({ kind: z.literal('symbol'), path, name: words(200), line }),
  /** `text` is what the person saw there, unsaved edits included. */
  z.object({ kind: z.literal('range'), path, startLine: line, endLine: line, text: words(50_000) }),
  z.object({
    kind: z.literal('diagnostic'),
    path,
    line,
    severity: z.enum(['error', 'warning', 'info']),
    message: words(2000),
    source: words(100).optional(),
  }),
  z.object({ kind: z.literal('run'), runId: z.string(), title: words(200) }),
  z.object({ kind: z.literal('suggestion'), suggestionId: z.string(), title: words(200) }),
  z.object({ kind: z.literal('image'), imageId: z.string(), name: words(200) }),
]);
export type PromptAttachment = z.infer<typeof promptAttachment>;

export const maxAttachments = 20;
export const promptAttachments = z
  .array(promptAttachment)
  .max(maxAttachments, `A prompt takes at most ${maxAttachments} things beside its words. Take some away.`);

/** As the log and the screen name it. */
export function attachmentLabel(attachment: PromptAttachment): string {
  switch (attachment.kind) {
    case 'file':
      return attachment.path;
    case 'symbol':
      return `${attachment.name} in ${attachment.path}`;
    case 'range':
      return attachment.startLine === attachment.endLine
        ? `${attachment.path}:${attachment.startLine}`
        : `${attachment.path}:${attachment.startLine}-${attachment.endLine}`;
    case 'diagnostic':
      return `${attachment.path}:${attachment.line} ${attachment.message}`.slice(0, 200);
    case 'run':
    case 'suggestion':
      return attachment.title;
    case 'image':
      return attachment.name;
  }
}

/** What the log keeps of an attachment: how it is called and where it leads, not its content. */
export const attachmentView = z.object({
  kind: z.enum(['file', 'symbol', 'range', 'diagnostic', 'run', 'suggestion', 'image']),
  label: z.string(),
  path: z.string().optional(),
  line: z.number().int().optional(),
  /** The run, suggestion or image. */
  id: z.string().optional(),
});
export type AttachmentView = z.infer<typeof attachmentView>;

export function viewOfAttachment(attachment: PromptAttachment): AttachmentView {
  const { kind } = attachment;
  const view = { kind, label: attachmentLabel(attachment) };
  switch (kind) {
    case 'file':
      return { ...view, path: attachment.path };
    case 'symbol':
    case 'diagnostic':
      return { ...view, path: attachment.path, line: attachment.line };
    case 'range':
      return { ...view, path: attachment.path, line: attachment.startLine };
    case 'run':
      return { ...view, id: attachment.runId };
    case 'suggestion':
      return { ...view, id: attachment.suggestionId };
    case 'image':
      return { ...view, id: attachment.imageId };
  }
}
