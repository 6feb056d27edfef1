# What scripts say. Neither a full disk nor a reader that has gone ends anything. To be sourced.

trap : PIPE # what this starts ends by it as ever, as it would not after trap ''

# show TEXT: as it is, on standard output.
show() {
  printf '%s\n' "$1" 2>/dev/null || true
}

# tell TEXT: the same on standard error.
tell() {
  printf '%s\n' "$1" >&2 2>/dev/null || true
}
