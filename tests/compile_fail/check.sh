#!/usr/bin/env bash
# check.sh FILE COMPILER [FLAGS...]: FILE must fail to compile, and the compiler's output must match each of the extended
# regular expressions in its lines "// expect: REGEX".
set -u
file=$1
shift
if output=$("$@" -fsyntax-only "$file" 2>&1); then
  echo "FAILED: $file compiles"
  exit 1
fi
output=$(printf '%s' "$output" | sed 's/\x1b\[[0-9;]*[mK]//g')
missing=0
checked=0
while IFS= read -r regex; do
  checked=$((checked + 1))
  grep -qE -- "$regex" <<<"$output" && continue
  echo "FAILED: no line matches: $regex"
  missing=1
done < <(sed -n 's|^// expect: ||p' "$file")
errors=$(grep -cE '(error|fatal error): ' <<<"$output")
[ "$errors" -eq 1 ] || { echo "FAILED: expected 1 error, found $errors"; missing=1; }
[ "$checked" -gt 0 ] || { echo "FAILED: $file expects nothing"; missing=1; }
[ "$missing" -eq 0 ] || printf '%s\n' "$output"
exit "$missing"
