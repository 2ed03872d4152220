#!/usr/bin/env bash
# count.sh FOLDER STATUS: adds up the result files (trx) of a test run, names the tests that failed, and prints the closing line. Fails when a test failed, or none ran.
set -euo pipefail
folder=$1
status=$2
sum() { { grep -ohE "<Counters [^>]*" "$folder"/*.trx 2>/dev/null || true; } | { grep -oE " $1=\"[0-9]+\"" || true; } | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
# One line for each failed test, with the beginning of what it said: the end of a log is all that some readers get.
failures() {
  cat "$folder"/*.trx 2>/dev/null | awk '
    function text(s) { gsub(/&#xD;|&#xA;/, " ", s); gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&apos;/, "\047", s); gsub(/&amp;/, "\\&", s); gsub(/[ \t]+/, " ", s); return s }
    /<UnitTestResult / { failed = / outcome="(Failed|Error|Timeout|Aborted)"/; name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name) }
    failed && /<Message>/ { message = ""; reading = 1 }
    failed && reading { line = $0; sub(/.*<Message>/, "", line); sub(/<\/Message>.*/, "", line); message = message " " line }
    failed && reading && /<\/Message>/ { reading = 0; print substr("FAILED " text(name) ":" text(message), 1, 500); failed = 0 }'
}
failures
passed=$(sum passed)
failed=$(($(sum failed) + $(sum error) + $(sum timeout) + $(sum aborted)))
skipped=$(sum notExecuted)
# A runner that died without counting a failure has failed all the same.
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" -eq 0 ]
