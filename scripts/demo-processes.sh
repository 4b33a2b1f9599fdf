# The processes of the demo: started, watched and ended. What demo.sh and demo-servers.sh stand on.
# shellcheck shell=bash disable=SC2154

pids=() # "PID START NAME" of every process of ours, in the order of their start
state='' holding='' interrupted=''

# Sets process_state and process_start; both are empty when there is no such process. Asked in loops, so no forks.
look_at() { # PID
    local line fields
    process_state='' process_start=''
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
    read -ra fields <<<"${line##*) }"
    process_state=${fields[0]} process_start=${fields[19]}
}

# A process is ours while its start time is what it was: a number that the kernel gave to another one is left alone.
is_alive() { # "PID START NAME"
    local pid start
    read -r pid start _ <<<"$1"
    look_at "$pid"
    [ -n "$start" ] && [ "$process_start" = "$start" ] && [ "$process_state" != Z ]
}

launch() { # NAME COMMAND...: in the background, its output in a log
    local name=$1
    shift
    : >"$state/log/$name.log" # there from the start for whoever reads it
    hold_signals
    # A server must not outlive the demo, nor hear the terminal's Ctrl-C before the demo ends it in order. What bash
    # starts in the background ignores SIGINT, unless it is told otherwise.
    setsid env --default-signal=INT,QUIT "$@" </dev/null >"$state/log/$name.log" 2>&1 &
    disown # bash need not comment on its end
    look_at $!
    pids+=("$! $process_start $name")
    release_signals
}

# A signal between the making of something and the note of it would leave it behind: it waits.
hold_signals() { holding=yes; }
release_signals() {
    holding=''
    [ -z "$interrupted" ] || exit "$interrupted"
}

on_signal() { # EXIT-CODE
    interrupted=$1
    [ -n "$holding" ] || exit "$1"
}

signal_and_await() { # SIGNAL TENTHS "PID START NAME"...
    local signal=$1 tenths=$2 entry alive
    shift 2
    for entry in "$@"; do
        if is_alive "$entry"; then kill "-$signal" "${entry%% *}" 2>/dev/null || true; fi
    done
    for ((; tenths > 0; tenths--)); do
        alive=no
        for entry in "$@"; do if is_alive "$entry"; then alive=yes; fi; done
        [ $alive = no ] && return 0
        sleep 0.1
    done
    return 1
}

end_all() {
    local agents=() others=() entry
    for entry in "${pids[@]}"; do
        case $entry in *-agent-*) agents+=("$entry") ;; *) others=("$entry" "${others[@]}") ;; esac
    done
    # The agents first: each hands its last window to the controller, and waits some seconds for one that is gone.
    end "${agents[@]}"
    end "${others[@]}"
    pids=()
}

end() { # "PID START NAME"...: asked three times, less and less kindly
    # SIGINT is PostgreSQL's fast shutdown; the agents and the controller take it as a request to stop, too.
    signal_and_await INT 50 "$@" || signal_and_await TERM 20 "$@" || signal_and_await KILL 20 "$@" || true
    # Each leads a group of its own. What outlives its leader, as nginx's worker does a killed master, goes now. The
    # group is ours: the kernel gives no number anew while a group has it.
    local entry
    for entry in "$@"; do
        look_at "${entry%% *}"
        case $process_state in "" | Z) kill -KILL -- "-${entry%% *}" 2>/dev/null || true ;; esac
    done
}

finish() {
    trap '' INT TERM HUP # a second Ctrl-C must not leave half of it behind
    end_all
    [ -z "$state" ] || rm -rf "$state"
}

last_words() { # NAME
    tail -n 3 "$state/log/$1.log" | tr '\n' ' '
}

# A server that ended by itself makes another story than the one that is told here.
all_run() {
    local entry
    for entry in "${pids[@]}"; do
        is_alive "$entry" || die "${entry##* } ended by itself: $(last_words "${entry##* }")"
    done
}

await() { # NAME CONDITION...: until the condition holds; NAME's log has the last words when it never does
    local name=$1 deadline=$((SECONDS + 30))
    shift
    until "$@"; do
        all_run
        [ $SECONDS -lt $deadline ] || die "$name did not come up: $(last_words "$name")"
        sleep 0.1
    done
}
