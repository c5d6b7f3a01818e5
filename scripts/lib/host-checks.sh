# The checks of scripts/check-hosts, in their order. Sourced by it.
# shellcheck shell=bash

: "${folder:?}" "${program:?}" "${tools:?}"
checks=(
    a_setup_that_was_killed_is_completed
    only_clients_with_a_password_come_from_the_network
    a_catalog_is_loaded_from_its_folder
    a_changed_document_is_served
    the_archive_is_never_overwritten
    the_end_of_the_archive_is_no_failure_of_it
    everything_is_restored
    a_damaged_backup_is_refused
    a_moment_is_restored_and_a_running_server_sees_it
    passwords_change_without_a_gap
    old_backups_are_pruned
)

# Prefix of commands that run as the hosts' account, if this user is root.
as=()
[ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --init-groups --)
lib=$folder/database

# Waits until a command succeeds.
wait_until() { # SECONDS COMMAND…
    local limit=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$limit" ] || fail "timed out waiting for: $*"
        sleep 0.05
    done
}

# Starts a process that ends with this script, and sets `started`.
start() { # NAME COMMAND…
    local name=$1
    shift
    setpriv --pdeathsig KILL "$@" >"$folder/$name.log" 2>&1 &
    started=$!
    processes+=("$started")
}

# Ends a database in spite of open sessions, as its unit does.
end_database() { # PROCESS
    kill -INT "$1"
    wait "$1" || true
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The fake accepts any signature.
credential() { # SERVICE
    echo "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/$1/aws4_request, SignedHeaders=host, Signature=0"
}

# Prints an account's secret. Uses curl, since the aws command takes a second to start.
secret() { # ACCOUNT
    curl -fsS "$AWS_ENDPOINT_URL" -H 'X-Amz-Target: AmazonSSM.GetParameter' -H 'Content-Type: application/x-amz-json-1.1' \
        -H "$(credential ssm)" \
        -d "{\"Name\": \"/shop/database/$1\", \"WithDecryption\": true}" | sed -n 's/.*"Value": "\([^"]*\)".*/\1/p'
}

# Gets or puts an object of the bucket, likewise.
object() { # NAME [CURL ARGUMENT]…
    curl -fsS "$AWS_ENDPOINT_URL/shop/$1" -H "$(credential s3)" "${@:2}"
}

prepare() {
    local moto=$tools/moto/bin/moto_server
    [ -x "$program" ] || cargo build --locked
    chmod 711 "$folder"
    cp -R packaging/database "$folder"
    install -D -m 755 "$program" "$folder/bin/atelierex"
    export PATH=$folder/bin:$PATH AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-central-1
    export AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1 NO_PROXY=127.0.0.1
    # The fake returns the checksum of an upload's parts as that of the object, which newer clients check.
    export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
    moto_port=$(free_port)
    start moto "$moto" -H 127.0.0.1 -p "$moto_port"
    export AWS_ENDPOINT_URL=http://127.0.0.1:$moto_port
    wait_until 30 curl -fsS "$AWS_ENDPOINT_URL/moto-api/"
    object '' -o /dev/null -X PUT -H 'Content-Type: application/xml' -d '<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>'
    write_settings
}

write_settings() {
    export ATELIEREX_SETTINGS=$folder/settings
    install -d "$folder/settings"
    database_port=$(free_port)
    cat >"$folder/settings/database.local.env" <<END
DATABASE_DIR=$folder/volume
DATABASE_RUN=$folder/run
DATABASE_LISTEN=127.0.0.1
DATABASE_PORT=$database_port
DATABASE_ALLOW=127.0.0.1/32
DATABASE_BUCKET=shop
DATABASE_SECRETS=/shop
DATABASE_VOLUME=optional
DATABASE_ACCOUNT=$("${as[@]}" id -un)
END
}

start_database() {
    start database "${as[@]}" "$lib/run"
    database=$started
    wait_until 60 superuser 'SELECT 1'
}

superuser() { # STATEMENT
    "${as[@]}" psql -XqAt -v ON_ERROR_STOP=1 -h "$folder/run" -p "$database_port" -U postgres atelierex -c "$1"
}

# Prints one checksum for all documents.
documents() { # [SOCKET FOLDER]
    "${as[@]}" psql -XqAt -v ON_ERROR_STOP=1 -h "${1:-$folder/run}" -p "$database_port" -U postgres atelierex -c \
        "SELECT md5(string_agg(concat(product_id, deleted, detail, styles, related), ',' ORDER BY product_id)) FROM serving.product_document"
}

# Starts a set-up and kills it as soon as a command succeeds.
kill_setup_when() { # COMMAND…
    local setup
    setpriv --pdeathsig KILL "$lib/setup" >"$folder/setup.log" 2>&1 &
    setup=$!
    wait_until 120 "$@"
    kill -KILL "$setup"
    wait "$setup" 2>/dev/null || true
}

lets_in() { # LOGIN
    [ "$(superuser "SELECT rolcanlogin FROM pg_roles WHERE rolname = '$1'")" = t ]
}

a_setup_that_was_killed_is_completed() {
    kill_setup_when test -d "$folder/volume/data.unfinished"
    kill_setup_when superuser 'SELECT FROM serving.product_document'
    kill_setup_when lets_in atelierex_serve_a
    local kept
    kept=$(secret serve)
    run setup
    [ "$(secret serve)" = "$kept" ] || fail 'the password of the servers has changed'
    [ "$("$lib/backup" --list | wc -l)" = 1 ] || fail 'one base backup was expected'
    [ ! -e "$folder/volume/data/postmaster.pid" ] || fail 'setup has left a server running'
    start_database
}

only_clients_with_a_password_come_from_the_network() {
    local user
    psql -XqAt "$(secret serve)" -c 'SELECT FROM serving.publication'
    ! psql -XqAt "$(secret serve)" -c 'SELECT FROM catalog.product' 2>/dev/null || fail 'serve reads source tables'
    for user in postgres atelierex atelierex_monitor; do
        ! psql -XqAt "postgres://$user@127.0.0.1:$database_port/atelierex" -c 'SELECT 1' 2>"$folder/said" || fail "$user logged in from the network"
        grep -q 'no pg_hba.conf entry' "$folder/said" || fail "$user: $(cat "$folder/said")"
    done
}

a_catalog_is_loaded_from_its_folder() {
    local file
    for file in tests/fixtures/sample-catalog/*; do
        object "exports/sample/${file##*/}" -T "$file"
    done
    run load sample
    compgen -G "$folder/volume/reports/sample-*.csv" >/dev/null || fail 'the report was not kept'
    [ ! -e "$folder/volume/export" ] || fail 'the export was not removed'
    audit "$(secret refresh)"
    run backup
}

# Runs a command of the host, and shows its output if it fails.
run() { # COMMAND [ARGUMENT]…
    "$lib/$1" "${@:2}" >"$folder/$1.log" 2>&1 || fail "$1 failed: $(cat "$folder/$1.log")"
}

audit() { # URL
    DATABASE_URL=$1 atelierex audit >"$folder/audit.log" 2>&1 || fail "$(cat "$folder/audit.log")"
}

start_server() {
    server_port=$(free_port)
    start server env DATABASE_URL="$(secret serve)" ATELIEREX_REFRESH_DATABASE_URL="$(secret refresh)" \
        atelierex serve --listen "127.0.0.1:$server_port" --admin-listen 127.0.0.1:0
    server=$started
    wait_until 60 is_served Camo
}

# Returns whether product 1 is served with a text in its name.
is_served() { # TEXT
    curl -fsS "http://127.0.0.1:$server_port/products/1" | grep -qF "$1"
}

rename() { # NAME
    psql -XqAt -v ON_ERROR_STOP=1 "$(secret write)" -c "UPDATE catalog.product SET name = '$1' WHERE id = 1"
}

# Waits until all changes so far are in the archive.
archive_everything() {
    local file
    file=$(superuser 'SELECT pg_walfile_name(pg_switch_wal())')
    wait_until 60 is_archived "$file"
}

is_archived() { # FILE
    [ "$(superuser "SELECT last_archived_wal >= '$1' FROM pg_stat_archiver")" = t ]
}

a_changed_document_is_served() {
    start_server
    rename First
    wait_until 30 is_served First
    first=$(documents)
    moment=$(superuser 'SELECT clock_timestamp()')
    rename Second
    wait_until 30 is_served Second
    second=$(documents)
    [ "$first" != "$second" ] || fail 'the documents did not change'
    archive_everything
}

the_archive_is_never_overwritten() {
    local archived=$folder/volume/data/pg_wal name
    name=$(superuser 'SELECT last_archived_wal FROM pg_stat_archiver')
    (cd "$folder/volume/data" && "${as[@]}" "$lib/archive-wal" "pg_wal/$name" "$name") || fail 'the same file was rejected'
    ! (cd "$folder/volume/data" && "${as[@]}" "$lib/archive-wal" PG_VERSION "$name") 2>"$folder/said" || fail "another file replaced $archived/$name"
    grep -q 'other content' "$folder/said" || fail "$(cat "$folder/said")"
}

the_end_of_the_archive_is_no_failure_of_it() {
    local status=0
    (cd "$folder/volume/data" && "${as[@]}" "$lib/fetch-wal" 0000000100000000000000FF missing) || status=$?
    [ "$status" = 1 ] || fail "the status for a missing file is $status"
    status=0
    (cd "$folder/volume/data" && AWS_ENDPOINT_URL=http://127.0.0.1:1 "${as[@]}" "$lib/fetch-wal" 0000000100000000000000FF missing) 2>/dev/null || status=$?
    [ "$status" = 255 ] || fail "the status for an unreachable archive is $status"
}

# Sets `found` to the checksum of the documents in a restored folder.
documents_of() { # FOLDER
    local run
    run=$("${as[@]}" mktemp -d)
    DATABASE_DATA=$1 DATABASE_RUN=$run "${as[@]}" "$lib/render"
    start other env DATABASE_DATA="$1" DATABASE_RUN="$run" "${as[@]}" "$lib/run" -c listen_addresses= -c archive_mode=off
    wait_until 60 documents "$run"
    found=$(documents "$run")
    end_database "$started"
    rm -rf "$run"
}

everything_is_restored() {
    run restore --recover "$folder/volume/end"
    documents_of "$folder/volume/end"
    [ "$found" = "$second" ] || fail 'the documents differ from the last ones'
}

a_damaged_backup_is_refused() {
    local time
    time=$("$lib/backup" --list | tail -n 1 | cut -d ' ' -f 1)
    object "backups/base/$time/base.tar.zst" -o "$folder/whole"
    zstd -qdc "$folder/whole" | sed 's/atelierex_serve/atelierex_nurse/' | zstd -qc >"$folder/damaged"
    object "backups/base/$time/base.tar.zst" -T "$folder/damaged"
    ! "$lib/restore" --from "$time" "$folder/volume/damaged" >"$folder/restore.log" 2>&1 || fail 'damaged files were accepted'
    grep -q 'is damaged' "$folder/restore.log" || fail "$(cat "$folder/restore.log")"
    [ ! -e "$folder/volume/damaged" ] || fail 'the folder exists although its files are damaged'
    object "backups/base/$time/base.tar.zst" -T "$folder/whole"
}

a_moment_is_restored_and_a_running_server_sees_it() {
    end_database "$database"
    mv "$folder/volume/data" "$folder/volume/data.before"
    run restore --time "$moment" "$folder/volume/data"
    run setup
    start_database
    wait_until 60 is_served First
    [ "$(documents)" = "$first" ] || fail 'the documents differ from those of the moment'
    audit "$(secret refresh)"
}

passwords_change_without_a_gap() {
    local old
    old=$(secret serve)
    run rotate serve
    [ "$(secret serve)" != "$old" ] || fail 'the secret has not changed'
    psql -XqAt "$old" -c 'SELECT FROM serving.publication' || fail 'the old password is refused before servers have the new one'
    psql -XqAt "$(secret serve)" -c 'SELECT FROM serving.publication'
    ! "$lib/rotate" --finish serve 2>"$folder/said" || fail 'a login in use was closed'
    grep -q '127.0.0.1, atelierex' "$folder/said" || fail "$(cat "$folder/said")"
    kill -TERM "$server"
    wait "$server" || true
    run rotate --finish serve
    ! psql -XqAt "$old" -c 'SELECT 1' 2>/dev/null || fail 'the old password still works'
    run setup
    psql -XqAt "$(secret serve)" -c 'SELECT FROM serving.publication'
}

old_backups_are_pruned() {
    local system
    system=$("$lib/backup" --list | sed -n '1s/.*system=\([0-9]*\).*/\1/p')
    for object in base/20200101T000000Z/base.tar.zst "base/20200101T000000Z/complete/$system/000000010000000000000001/20200101T000100Z" \
        base/20200102T000000Z/base.tar.zst "wal/$system/000000010000000000000000.zst"; do
        object "backups/$object" -T /dev/null
    done
    run backup --prune-only
    ! object '?list-type=2&prefix=backups/' | grep -oE '/2020[^<]*|/0{7}10{16}[.][^<]*' || fail 'these are too old'
    [ "$("$lib/backup" --list | wc -l)" -ge 2 ] || fail 'a backup that has not expired is missing'
}
