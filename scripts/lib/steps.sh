# Steps of a long run: in the foreground or beside it, each with its output, its time and its result. One that fails does
# not keep the others from running. A step that cannot run on this machine ends with `skip`.
# shellcheck shell=bash

skipped=77
steps_folder=$(mktemp -d)
steps_began=$SECONDS
steps=()
declare -A beside=()
trap 'end_steps' EXIT
trap 'exit 130' INT TERM

# Ends a step, or a script that is one.
skip() { # REASON
    echo "$1"
    exit "$skipped"
}

end_steps() {
    local name
    # Each leads a process group, so that all of it ends with us.
    for name in "${!beside[@]}"; do
        kill -- "-${beside[$name]}" 2>/dev/null || true
    done
    rm -rf "$steps_folder"
}

# Runs a step to its end, with its output seen.
step() { # NAME COMMAND…
    steps+=("$1")
    collect
    printf '\n== %s\n' "$1"
    measured "$@" 2>&1 | tee "$steps_folder/$1.log"
}

# Starts a step beside those that follow. `collect` shows what it says.
step_beside() { # NAME COMMAND…
    steps+=("$1")
    set -m
    measured "$@" >"$steps_folder/$1.log" 2>&1 </dev/null &
    set +m
    beside[$1]=$!
}

measured() { # NAME COMMAND…
    local began=$SECONDS status=0
    ("${@:2}") || status=$?
    echo "$status $((SECONDS - began))" >"$steps_folder/$1.result"
}

has_passed() { # NAME
    local status
    read -r status _ <"$steps_folder/$1.result" && [ "$status" = 0 ]
}

# Shows the output of steps that have ended beside others.
collect() {
    local name
    for name in "${!beside[@]}"; do
        [ -e "$steps_folder/$name.result" ] || continue
        await_step "$name"
    done
}

# Waits for a step that runs beside, and shows its output.
await_step() { # NAME
    [ -n "${beside[$1]:-}" ] || return 0
    wait "${beside[$1]}" || true
    unset "beside[$1]"
    printf '\n== %s\n' "$1"
    cat "$steps_folder/$1.log"
}

# Waits for all steps, lists them, and fails if one of them did.
summary() {
    local name status seconds passed=0 failed=0 not_run=0
    for name in "${steps[@]}"; do
        await_step "$name"
    done
    printf '\n== summary, after %d min %d s\n' "$(((SECONDS - steps_began) / 60))" "$(((SECONDS - steps_began) % 60))"
    for name in "${steps[@]}"; do
        read -r status seconds <"$steps_folder/$name.result" || status=1 seconds=0
        case $status in
            0) passed=$((passed + 1)) && printf 'passed  %5d s  %s\n' "$seconds" "$name" ;;
            "$skipped") not_run=$((not_run + 1)) && printf 'skipped %5d s  %s: %s\n' "$seconds" "$name" "$(tail -n 1 "$steps_folder/$name.log")" ;;
            *) failed=$((failed + 1)) && printf 'failed  %5d s  %s\n' "$seconds" "$name" ;;
        esac
    done
    echo "$passed passed, $failed failed, $not_run skipped"
    [ "$failed" = 0 ]
}
