/**
 * How far what a model calls reaches. Real values are put back for tools that only read and write files; a command may have
 * network, a web request has it, and what an unknown tool does nobody knows: there the placeholder stays, for a masked value that
 * comes back in a `curl` is a leak.
 */
export type ToolReach = 'files' | 'commands' | 'network' | 'unknown';

const names: Record<Exclude<ToolReach, 'unknown'>, string> = {
  files: `Read Write Edit MultiEdit NotebookRead NotebookEdit Glob Grep LS apply_patch patch replace list view create insert
    str_replace search_replace read_file read_many_files write_file edit_file create_file delete_file file_search
    list_directory list_dir list_files grep_search search_files search_file_content write_to_file replace_in_file
    str_replace_editor str_replace_based_edit_tool read_text_file write_text_file view_file`,
  commands: `Bash BashOutput shell local_shell exec_command write_stdin container.exec terminal run_shell_command
    run_terminal_cmd run_command execute_command exec python code_execution`,
  network: `WebFetch WebSearch web_fetch web_search google_web_search fetch fetch_url http_request browser open_url
    send_email git_push create_pull_request`,
};

/** Agents write the same name in several ways. */
const plainName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const reaches = new Map(
  Object.entries(names).flatMap(([reach, of]) =>
    of.split(/\s+/).map((name) => [plainName(name), toolReachOf(reach)] as const),
  ),
);

function toolReachOf(reach: string): ToolReach {
  return reach === 'files' || reach === 'commands' || reach === 'network' ? reach : 'unknown';
}

export function reachOfTool(name: string | undefined): ToolReach {
  return (name !== undefined && reaches.get(plainName(name))) || 'unknown';
}
