# A fresh Debian machine with real systemd, in a container (systemd-nspawn) whose changes are discarded when it ends. It
# shares the network of this machine. Sourced by scripts that run as root.
# shellcheck shell=bash

machine_says=${0##*/}
machine_leader=''
machine_process=''

machine_fail() { # WHAT REMEDY
    printf '%s: %s\n    %s\n' "$machine_says" "$1" "$2" >&2
    return 1
}

# The release of this machine's Debian: a program built here may need its libraries.
debian_release() (
    . /etc/os-release
    echo "${VERSION_CODENAME:-bookworm}"
)

# Creates the file system of a machine once, with the Debian packages that ours depend on. None of their services start.
make_machine_root() { # FOLDER PACKAGE…
    local root=$1 release wanted
    shift
    release=$(debian_release)
    wanted=$(printf '%s\n' "$release" "$@")
    [ "$(cat "$root.holds" 2>/dev/null)" != "$wanted" ] || return 0
    echo "$machine_says: making a Debian machine, once, in $root"
    rm -rf "$root" "$root.holds"
    mkdir -p "${root%/*}"
    # shellcheck disable=SC2016 # mmdebstrap's shell expands it.
    mmdebstrap --quiet --variant=minbase --include="systemd,systemd-sysv,dbus,$(IFS=, && echo "$*")" \
        --essential-hook='mkdir -p "$1/etc/postgresql-common" && echo create_main_cluster = false >"$1/etc/postgresql-common/createcluster.conf"' \
        --customize-hook='rm -r "$1"/etc/systemd/system/*.target.wants' \
        "$release" "$root" || machine_fail 'cannot create the machine' 'It needs root, mmdebstrap and a Debian mirror that can be reached.'
    echo "$wanted" >"$root.holds"
}

# Prints the reason why this machine cannot run another one, if there is any.
reason_against_machine() {
    if [ "$(id -u)" != 0 ]; then
        echo 'that needs root'
    elif ! unshare --mount --pid --uts --ipc --fork true 2>/dev/null; then
        echo 'root may not make namespaces here'
    fi
}

# Starts a machine, in which FOLDER is /mnt, and waits until all its services have started.
start_machine() { # ROOT FOLDER LOG
    setpriv --pdeathsig TERM systemd-nspawn --quiet --directory="$1" --volatile=overlay --bind-ro="$2:/mnt" \
        --machine="atelierex-$$" --register=no --keep-unit --boot --console=pipe </dev/null >"$3" 2>&1 &
    machine_process=$!
    local deadline=$((SECONDS + 60))
    until machine_leader=$(cat "/proc/$machine_process/task/$machine_process/children" 2>/dev/null) && [ -n "$machine_leader" ] &&
        machine_leader=${machine_leader%% *} && [ "$(in_machine systemctl is-system-running 2>/dev/null)" = running ]; do
        if ! kill -0 "$machine_process" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
            cat "$3" >&2
            machine_fail 'the machine does not start' 'It needs root and a kernel that lets systemd-nspawn (package systemd-container) make namespaces.'
            return
        fi
        sleep 0.05
    done
}

# Runs a command in the machine, as root.
in_machine() { # COMMAND…
    nsenter --target "$machine_leader" --all env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

stop_machine() {
    [ -n "$machine_process" ] || return 0
    kill -TERM "$machine_process" 2>/dev/null || true
    wait "$machine_process" 2>/dev/null || true
    machine_process=''
}
