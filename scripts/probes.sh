#!/usr/bin/env bash
# Prints docs/probes.md from the words of a plumb-agent: scripts/probes.sh build/release/plumb-agent >docs/probes.md
set -euo pipefail
agent=${1:-build/release/plumb-agent}

cat <<'END'
# Probes

What each kind of probe measures. The phases of a run follow one another and add up to its total, for failures too;
each may have a limit of its own under the deadline of the run (`limit.connect=500ms` in the URL). A fact's class says
how two environments compare: `must_match`, `must_differ`, `must_agree` (among the tasks of one environment),
`ordered` (a version, an expiry), `informational` (shown, never judged). A failure may also have one of the `local.*`
causes, what the sidecar asks less often because it fails has the fact `probe.breaker`, and where the controller asks
for rarer log-ins the fact `probe.pace` says how far apart they are.

`plumb-agent explain KIND` prints the same words. This page is made from the program by `scripts/probes.sh`; a test
compares them.
END
for kind in $("$agent" explain | sed -n 's/^What a kind of probe measures: plumb-agent explain//p' | tr -d '|'); do
    # The program wraps its lines; the page has each text in one.
    "$agent" explain "$kind" | awk '
        function print_row() {
            if (name == "") return
            gsub(/\|/, "\\|", text)
            if (title == "facts" || title == "gauges") {
                split_at = index(text, ": ")
                printf "| `%s` | %s | %s |\n", name, substr(text, 1, split_at - 1), substr(text, split_at + 2)
            } else printf "| `%s` | %s |\n", name, text
            name = ""
        }
        NR == 1 { kind = $1; sub(/^[^(]*\(/, ""); sub(/\)$/, ""); printf "\n## %s\n\n%s\n", kind, $0; next }
        /^$/ { print_row(); next }
        /^[a-z]/ {
            title = $1
            second = title == "facts" ? " class | meaning |" : title == "gauges" ? " unit | meaning |" : " meaning |"
            dashes = title == "facts" || title == "gauges" ? "|---|---|---|" : "|---|---|"
            printf "\n| %s |%s\n%s\n", title, second, dashes
            next
        }
        /^  [^ ]/ { print_row(); name = $1; text = ""; sub(/^  [^ ]+ +/, "") }
        { sub(/^ +/, ""); text = text (text == "" ? "" : " ") $0 }
        END { print_row() }'
done
