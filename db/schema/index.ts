export * from './identity.ts';
export * from './project.ts';
export * from './guest.ts';
export * from './room.ts';
export * from './room-node.ts';
export * from './thread.ts';
export * from './run.ts';
export * from './run-file.ts';
<<<<<<< Updated upstream
export * from './conversation.ts';
=======
export * from './action-grant.ts';
>>>>>>> Stashed changes
export * from './virtual-key.ts';
export * from './checkpoint.ts';
export * from './comment.ts';
export * from './policy.ts';
export * from './provider.ts';
export * from './dlp.ts';
export * from './audit.ts';
export * from './budget.ts';
export * from './model-call.ts';
