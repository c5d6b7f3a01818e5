# Processes in the background, each with a file that says which it is. Read by scripts/stack.
# shellcheck shell=bash

# Set by scripts/stack.
: "${run:?}" "${logs:?}"

# How long a process may take to end when it is asked to, in seconds.
end_limit=75

# When a process was started, in the kernel's own count: an id alone may belong to another process by now.
started() { # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
    read -ra stat <<<"${stat##*) }"
    # What has ended and was not yet waited for does not run.
    [ "${stat[0]}" != Z ] && echo "${stat[19]}"
}

is_running() { # NAME
    local pid since
    read -r pid since 2>/dev/null <"$run/$1.pid" && [ "$(started "$pid")" = "$since" ]
}

# Names of everything that was started and not stopped, in the order of its start.
parts() {
    cat "$run/parts" 2>/dev/null || true
}

# Replaces this shell by a command, run as an account if we are root; it and all it starts never gain privileges again.
become() { # ACCOUNT COMMAND…
    local account=$1
    shift
    if [ "$(id -u)" = 0 ]; then
        set -- "--reuid=$account" "--regid=$(id -g "$account")" --clear-groups "$@"
    fi
    # Not every account may be where we are.
    cd / && exec setpriv --no-new-privs "$@"
}

# Makes a folder that belongs to an account, if we are root, else to us.
folder_of() { # ACCOUNT FOLDER [GROUP]
    if [ "$(id -u)" = 0 ]; then
        install -d -m 750 -o "$1" -g "${3:-$(id -gn "$1")}" "$2"
    else
        install -d -m 750 "$2"
    fi
}

# Starts a process that goes on without us.
launch() { # NAME ACCOUNT COMMAND…
    local name=$1 account=$2
    shift 2
    echo "stack: starting $name"
    [ ! -e "$logs/$name.log" ] || mv "$logs/$name.log" "$logs/$name.log.1"
    (umask 027 && : >"$logs/$name.log")
    grep -qx "$name" "$run/parts" 2>/dev/null || echo "$name" >>"$run/parts"
    rm -f "$run/$name.pid"
    # It leads a session: a key pressed here does not reach it. The lock is ours alone.
    (note "$name" && become "$account" setsid "$@") </dev/null >>"$logs/$name.log" 2>&1 9>&- &
    until [ -s "$run/$name.pid" ]; do sleep 0.01; done
}

# Notes which process this shell is. What it becomes is never without this note, even if we are killed.
note() { # NAME
    local pid=$BASHPID
    echo "$pid $(started "$pid")" >"$run/$1.new" && mv "$run/$1.new" "$run/$1.pid"
}

# Waits until a command succeeds, as long as the process runs, and at most LIMIT seconds.
wait_ready() { # NAME LIMIT COMMAND…
    local name=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ! is_running "$name"; then
            give_up "$name ended while it started" "$name"
        elif [ "$SECONDS" -ge "$deadline" ]; then
            give_up "$name did not become ready" "$name"
        fi
        sleep 0.05
    done
}

# Says why, and where to look.
give_up() { # MESSAGE NAME
    printf 'stack: %s; the end of its log %s:\n' "$1" "$logs/$2.log" >&2
    tail -n 20 "$logs/$2.log" >&2
    exit 1
}

# Waits until a command fails, at most LIMIT seconds; whether it did.
wait_gone() { # LIMIT COMMAND…
    local deadline=$((SECONDS + $1))
    shift
    while "$@" 2>/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] || return
        sleep 0.05
    done
}

# Ends a process and those it has left, and waits for that.
end() { # NAME
    local name=$1 pid
    read -r pid _ 2>/dev/null <"$run/$name.pid" || return 0
    if is_running "$name"; then
        kill -TERM "$pid" 2>/dev/null || true
        wait_gone "$end_limit" is_running "$name" || kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    # One that was killed may have left others of its session; nobody else can have its number while they live.
    if ! started "$pid" >/dev/null && kill -TERM -- "-$pid" 2>/dev/null; then
        wait_gone "$end_limit" kill -0 -- "-$pid" || kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$run/$name.pid"
}

# Ends everything, what was started last first.
stop_all() {
    local name
    for name in $(parts | tac); do
        echo "stack: stopping $name"
        end "$name"
    done
    rm -f "$run"/{parts,complete,settings}
}
