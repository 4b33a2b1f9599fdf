#!/usr/bin/env bash
# Prints docs/causes.md from the words of a plumb-agent: scripts/causes.sh build/release/plumb-agent >docs/causes.md
set -euo pipefail
agent=${1:-build/release/plumb-agent}

cat <<'END'
# Causes

What a failure or a finding is called, why it probably happens in ECS, and what to do. The list is closed; a code
starts with the layer that speaks. `plumb-agent explain CODE` prints the same words, also for what the drivers print
(`plumb-agent explain 28P01`). This page is made from the program by `scripts/causes.sh`; a test compares them.
END
group=''
for code in $("$agent" explain | sed -nE 's/^  ([a-z]+[a-z_.]*) .*/\1/p'); do
    if [ "${code%%.*}" != "$group" ]; then
        group=${code%%.*}
        printf '\n## %s\n' "$group"
    fi
    # The program wraps its lines; the page has each text in one.
    "$agent" explain "$code" | awk -v code="$code" '
        NR == 1 { sub(/^[^(]*\(/, ""); sub(/\)$/, ""); printf "\n### `%s`\n\n%s\n", code, $0; next }
        /^$/ { exit }
        /^  [a-z]/ { print_text(); label = $1; text = ""; sub(/^  [a-z]+ +/, "") }
        { sub(/^ +/, ""); text = text (text == "" ? "" : " ") $0 }
        END { print_text() }
        function print_text() {
            if (label == "meaning") printf "\n%s\n", text
            if (label == "reason") printf "\n*Why.* %s\n", text
            if (label == "next") printf "\n*Next.* %s\n", text
            if (label == "also") printf "\nAlso: %s\n", text
        }'
done
