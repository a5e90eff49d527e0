export * from './identity.ts';
export * from './project.ts';
export * from './guest.ts';
export * from './room.ts';
export * from './room-node.ts';
export * from './run.ts';
export * from './comment.ts';
export * from './audit.ts';
