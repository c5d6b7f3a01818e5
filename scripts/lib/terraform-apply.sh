# scripts/check-terraform --apply: everything is made in a fake EC2 on this machine, changed and destroyed.
# shellcheck shell=bash disable=SC2154 # scripts/lib/terraform-checks.sh and scripts/lib/install.sh are read before.

# A fake of the AWS API on a free port of this machine, which ends with us. Sets $fake_api.
start_moto() {
    local port give_up=$((SECONDS + 60))
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    fake_api=http://127.0.0.1:$port
    # The images are those that the configuration looks for.
    MOTO_AMIS_PATH=terraform/tests/moto/images.json setpriv --pdeathsig KILL \
        "$tools/moto/bin/moto_server" --host 127.0.0.1 --port "$port" >"$work/moto.log" 2>&1 &
    moto=$!
    # The second is what scripts/lib/install.sh would do at the end.
    trap 'kill "$moto" 2>/dev/null; rm -f "$apt_log"' EXIT
    until curl --silent --fail --noproxy '*' --output /dev/null "$fake_api/moto-api/data.json"; do
        if ! kill -0 "$moto" 2>/dev/null || [ "$SECONDS" -ge "$give_up" ]; then
            cat "$work/moto.log" >&2
            fail "moto does not answer"
        fi
        sleep 0.1
    done
}

# Terraform against the fake. Says what it did only if it failed.
apply_step() { # SAYS COMMAND…
    local says=$1 start=$SECONDS
    shift
    terraform -chdir="$work/apply" "$@" -no-color -input=false -var="fake_api=$fake_api" -var=region=eu-central-1 \
        -var=bucket=test-atelierex -var=packages_dir=packages >"$work/apply.log" 2>"$work/apply.err" || {
        cat "$work/apply.err" >&2
        fail "failed: $says"
    }
    echo "  $says: $(grep -E '^(Apply|Destroy) complete!|^No changes\.|^Plan: ' "$work/apply.log" | tail -n 1) $((SECONDS - start)) s"
}

# Packages of another version, beside the first.
upgrade_packages() {
    local file
    for file in "$work"/apply/packages/*_0.1.0-1_*.deb; do
        cp "$file" "${file/0.1.0-1/0.1.0-2}"
    done
}

# A plan that replaces one server replaces nothing else, and gives it the new version. It is not applied: the fake keeps the
# address of a machine that has ended.
check_replacement() {
    apply_step "one server is replaced" plan -out=replacement -var=package_version=0.1.0-2 \
        -replace='module.servers.module.host.aws_instance.machine["server-1"]'
    terraform -chdir="$work/apply" show -json replacement >"$work/replacement.json"
    python3 -B terraform/tests/replacement.py "$work/replacement.json" server-1 0.1.0-2 || fail "a replacement is not what it should be"
}

check_apply() {
    install_tools
    install_moto || fail "moto cannot be installed"
    copy_configuration apply moto
    empty_packages apply
    start_moto
    apply_step "everything is made" apply -auto-approve
    apply_step "nothing is left to do" plan -detailed-exitcode
    upgrade_packages
    apply_step "another version is uploaded" apply -auto-approve -var=package_version=0.1.0-2
    check_replacement
    check_volume_stays
    apply_step "everything is destroyed" destroy -auto-approve -var=package_version=0.1.0-2
    [ -z "$(terraform -chdir="$work/apply" state list)" ] || fail "something is left"
    echo "check-terraform: made, changed and destroyed in a fake EC2, in $SECONDS s"
}

# Without what is laid over for this check, nothing destroys the database's volume.
check_volume_stays() {
    local override=$work/apply/modules/database/destroyable_override.tf
    mv "$override" "$work/"
    if terraform -chdir="$work/apply" plan -destroy -no-color -input=false -var="fake_api=$fake_api" -var=region=eu-central-1 \
        -var=bucket=test-atelierex -var=packages_dir=packages -var=package_version=0.1.0-2 >"$work/apply.log" 2>&1; then
        fail "terraform destroy would destroy the database's volume"
    fi
    grep -q prevent_destroy "$work/apply.log" || {
        cat "$work/apply.log" >&2
        fail "terraform destroy fails, but not because of the volume"
    }
    mv "$work/destroyable_override.tf" "$override"
    echo "  the database's volume stays, whatever is destroyed"
}
