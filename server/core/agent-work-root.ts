/** Where the repository is for every agent, in its box. */
export const agentWorkRoot = '/work';
