export * from './identity.ts';
export * from './project.ts';
export * from './guest.ts';
export * from './room.ts';
export * from './room-node.ts';
export * from './thread.ts';
export * from './run.ts';
export * from './run-file.ts';
export * from './action-grant.ts';
export * from './conversation.ts';
export * from './virtual-key.ts';
export * from './checkpoint.ts';
export * from './comment.ts';
export * from './policy.ts';
export * from './provider.ts';
export * from './dlp.ts';
export * from './audit.ts';
export * from './budget.ts';
export * from './model-call.ts';
export * from './agent.ts';
export * from './guard.ts';
<<<<<<< HEAD
export * from './mcp-server.ts';
export * from './approval.ts';
=======
export * from './kept-files.ts';
>>>>>>> eb28577 (db: the files of a run before an action, kept to be put back)
