/** The ref that keeps what a run made. */
export const runRef = (runId: string): string => `refs/ensemble/runs/${runId}`;

/** The ref that keeps the files a run began with, when they are others than the session's. */
export const startRef = (runId: string): string => `refs/ensemble/starts/${runId}`;

/** The ref that keeps what an ended run has again, where files of it were put back. */
export const putBackRef = (keptId: string): string => `refs/ensemble/put-back/${keptId}`;
