# What the scripts that run several trainings share. To be sourced behind common.bash.

trap ask_to_stop TERM INT HUP USR1

# stage TITLE COMMAND...: goes on with it; ends this script if it was stopped or failed, but for the exit
# code `bearable`.
stage() {
  local title=$1
  shift
  say "$title"
  run_child "$@"
  if ((asked || code == 75)); then
    say "stopped while $title; the same command goes on"
    exit 75
  fi
  ((code == 0 || code == ${bearable:-0})) || stop "$code" "failed while $title"
}

# note_commit FOLDER: its commits.txt lists what was run there.
note_commit() {
  local commit
  commit=$(describe_commit)
  grep -qxF -e "$commit" -- "$1/commits.txt" 2>/dev/null || echo "$commit" >>"$1/commits.txt"
}
