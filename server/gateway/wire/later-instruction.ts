/** The heading of an instruction in the middle of a conversation, where a protocol or its models take none there. */
export const laterInstruction = '[Instruction of the application]';
