#!/bin/bash
# No name stands for two things: each type of ours, private ones too, is defined in one file. No name of ours is
# in a text that users read.
set -euo pipefail

# twice FOLDER...: types that are defined in more than one file. `typedef struct lk_run lk_run;` only
# announces one.
twice() {
  grep -rE '^(\}|typedef |struct |union |enum )' --include='*.[ch]' "$@" |
    sed -nE '/:typedef (struct|union|enum) (lk_[a-z0-9_]+) \2;/d
      s/^([^:]*):(\}|typedef .*[ *]) ?(lk_[a-z0-9_]+);.*/\1 \3/p
      s/^([^:]*):(struct|union|enum) (lk_[a-z0-9_]+) \{.*/\1 \3/p' |
    sort -u | cut -d ' ' -f 2 | sort | uniq -d
}

# It has to see both kinds, and nothing else.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/a" "$work/b"
printf '%s\n' 'typedef struct {' '  int x;' '} lk_table;' 'typedef struct lk_run lk_run;' 'struct lk_log {' \
  '};' 'typedef int lk_count;' > "$work/a/a.h"
printf '%s\n' 'typedef enum {' '  LK_A' '} lk_table;' 'typedef struct lk_run lk_run;' 'struct lk_run {' '};' \
  'struct lk_log {' '};' 'typedef double lk_count;' > "$work/b/b.c"
if [[ $(twice "$work/a" "$work/b" | xargs) != "lk_count lk_log lk_table" ]]; then
  echo "this test sees: $(twice "$work/a" "$work/b" | xargs)"
  exit 1
fi

cd "$SOURCE_DIR"
found=$(twice src include)
for name in $found; do
  echo "$name is two types:"
  grep -rnE "(^\}|^typedef .*|^struct|^union|^enum) ?\*?$name( \{|;)" src include
done
[[ -z $found ]]

# said FOLDER...: texts with the name of a constant.
said() {
  grep -rnoE --include='*.[ch]' '"([^"\\]|\\.)*"' "$@" | grep -E '\bLK_[A-Z]' || true
}
printf '%s\n' 'fail("the connection LK_LINE_ENDED");' 'fail("\"%s\" ends", LK_WHY, "LOCKSTEP_KEY");' > "$work/a/a.c"
if [[ $(said "$work/a") != "$work/a/a.c:1:\"the connection LK_LINE_ENDED\"" ]]; then
  echo "this test sees: $(said "$work/a")"
  exit 1
fi
found=$(said src include)
echo "$found"
[[ -z $found ]]
