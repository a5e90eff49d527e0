#!/bin/sh
# Asked by an agent before each of its tools: hands the question to the host and gives its answer back. The wait ends before
# the agent's own timeout, which would let the call run; without a whole answer the call is blocked. Empty lines are the
# host's way to find out whether anybody still waits.
PATH=/usr/local/bin:/usr/bin:/bin
if answer=$(timeout "${1:-570}" socat -t 3600 - UNIX-CONNECT:/run/policy.sock 2>/dev/null); then
  answer=$(printf '%s' "$answer" | tr -d '\n')
  case $answer in
    '{"hookSpecificOutput":{'*'}}')
      printf '%s\n' "$answer"
      exit 0
      ;;
  esac
fi
echo "Ensemble gave no answer, so this was not done. Go on without it, or try again later." >&2
exit 2
