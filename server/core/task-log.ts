import type { SessionEvent, SessionEventBody } from './session-event.ts';

/** The Run panel's commands, folded from the session's log. */
export type TaskLog = {
  taskId: string;
  name: string;
  command: string;
  startedBy: { id: string; name: string };
  startedAt: string;
  /** The last part of what it printed; `cut` tells that earlier parts are left out. */
  output: string;
  cut: boolean;
  state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  exitCode: number | null;
  durationMs: number | null;
  error: string | undefined;
  /** Files that the command and people changed in the same lines; `commit` has the command's versions. */
  conflicts: Extract<SessionEventBody, { type: 'task_conflicts' }>['conflicts'];
  conflictsCommit: string | undefined;
};

const keptCharacters = 400_000;

/** Newest last. Events of other kinds leave the list as it is, the same object. */
export function foldTask(tasks: readonly TaskLog[], event: SessionEvent): readonly TaskLog[] {
  const { body } = event;
  switch (body.type) {
    case 'task_started':
      if (tasks.some((task) => task.taskId === body.taskId)) return tasks;
      return [
        ...tasks,
        {
          taskId: body.taskId,
          name: body.name,
          command: body.command,
          startedBy: { id: event.actor.id, name: event.actor.name },
          startedAt: event.at,
          output: '',
          cut: false,
          state: 'running',
          exitCode: null,
          durationMs: null,
          error: undefined,
          conflicts: [],
          conflictsCommit: undefined,
        },
      ];
    case 'task_output':
      return change(tasks, body.taskId, (task) => {
        const output = task.output + body.text;
        return { ...task, output: output.slice(-keptCharacters), cut: task.cut || output.length > keptCharacters };
      });
    case 'task_conflicts':
      return change(tasks, body.taskId, (task) => ({
        ...task,
        conflicts: body.conflicts,
        conflictsCommit: body.commit,
      }));
    case 'task_finished':
      return change(tasks, body.taskId, (task) => ({
        ...task,
        state: body.state,
        exitCode: body.exitCode,
        durationMs: body.durationMs,
        error: body.error,
      }));
    default:
      return tasks;
  }
}

function change(tasks: readonly TaskLog[], taskId: string, to: (task: TaskLog) => TaskLog): readonly TaskLog[] {
  return tasks.map((task) => (task.taskId === taskId ? to(task) : task));
}
