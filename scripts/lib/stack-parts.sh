# Parts of the stack: the command and the account of each. Sourced by scripts/stack.
# shellcheck shell=bash

# Set by scripts/stack.
: "${data:?}" "${servers:?}" "${products?}" "${port[edge]:?}"

# Longest time for a part to become ready, in seconds.
ready_limit=120

grafana_home=/usr/share/grafana

# Returns whether an address answers.
answers() { # PORT PATH
    curl --fail --silent --noproxy '*' --max-time 2 --output /dev/null "http://127.0.0.1:$1$2"
}

# Part of `become` for checks.
as_account() (
    become "$@"
)

# Copies the program to a place that every account can reach and that a build does not change.
install_program() { # PROGRAM
    install -d -m 755 "$data/bin"
    install -m 755 "$1" "$data/bin/.atelierex"
    mv "$data/bin/.atelierex" "$data/bin/atelierex"
    if ! as_account nobody test -x "$data/bin/atelierex"; then
        echo "stack: the accounts that the parts run as cannot reach $data; choose another --data-dir" >&2
        return 1
    fi
}

start_database() {
    local source=()
    [ -z "$products" ] || source=(--products "$products")
    [ -z "$catalog" ] || source=(--catalog "$catalog")
    folder_of postgres "$data/database"
    rm -f "$data/database/database.env"
    # Lower priority, so that requests get the processors. In production the database has a machine of its own.
    launch database postgres nice -n 10 "$data/bin/atelierex" database --data-dir "$data/database" --port "${port[database]}" "${source[@]}"
    # Loading a large catalog takes long.
    wait_ready database 86400 test -s "$data/database/database.env"
}

# Prints the URL of a role. It is passed in the environment only, since command lines are visible to other users.
url() ( # ROLE
    # shellcheck disable=SC1091 # It is written by the program.
    . "$data/database/database.env"
    local name=ATELIEREX_$1_DATABASE_URL
    printf '%s' "${!name}"
)

# Prints the port of a server by its number, the first being 1.
server_port() { # NUMBER
    echo $((port['server'] + $1 - 1))
}

admin_port() { # NUMBER
    echo $((port['admin'] + $1 - 1))
}

# Prints the servers' addresses. $1 prints the port of each.
addresses() { # PORT-FUNCTION
    local number list=()
    for number in $(seq "$servers"); do
        list+=("127.0.0.1:$("$1" "$number")")
    done
    echo "${list[*]}"
}

start_server() { # NUMBER
    local admin
    admin=$(admin_port "$1")
    DATABASE_URL=$(url SERVE) ATELIEREX_REFRESH_DATABASE_URL=$(url REFRESH) \
        launch "server-$1" nobody "$data/bin/atelierex" serve --listen "127.0.0.1:$(server_port "$1")" --admin-listen "127.0.0.1:$admin"
    wait_ready "server-$1" "$ready_limit" answers "$admin" /health/ready
}

# Returns whether a server has answered a client since its start. Sends a request through the edge itself.
is_asked_again() { # NUMBER
    curl --silent --noproxy '*' --max-time 2 --output /dev/null --location --insecure --header 'Cache-Control: no-cache' \
        "http://127.0.0.1:${port[edge]}/products/1" || true
    curl --silent --noproxy '*' --max-time 2 "http://127.0.0.1:$(admin_port "$1")/metrics" |
        grep -q '^atelierex_http_requests_total{route="/products/{id}",.* [1-9]'
}

# Prints the name of this stack's folders in memory.
memory_name() {
    echo "atelierex-stack-$(cksum <<<"$data" | cut -d ' ' -f 1)"
}

# Prints a folder in memory, if $1 is a writable file system in memory.
in_memory() { # PLACE
    [ -w "$1" ] && df --portability "$1" 2>/dev/null | grep -q '^tmpfs ' && echo "$1/$(memory_name)"
}

# Prints the folder of the edge's cache. On a disk, a cache would cost more than it saves.
edge_cache() {
    local folder
    folder=$(in_memory /dev/shm) || folder=$data/edge
    echo "$folder/cache"
}

# Prints the folder of responses in transit: on another file system if there is one, so that a full cache fails none of
# them.
edge_temporary() {
    local folder
    folder=$(in_memory /run || in_memory "${XDG_RUNTIME_DIR:-/run}" || in_memory /dev/shm) || folder=$data/edge
    echo "$folder/temporary"
}

start_edge() {
    local folder=$data/edge cache temporary
    cache=$(edge_cache)
    temporary=$(edge_temporary)
    folder_of www-data "$folder"
    folder_of www-data "${cache%/*}"
    folder_of www-data "${temporary%/*}"
    # Another part reads its log.
    folder_of www-data "$folder/logs" mtail
    rm -rf "$folder/template"
    cp -R nginx "$folder/template"
    EDGE_CACHE_DIR=${EDGE_CACHE_DIR:-$cache} EDGE_TEMPORARY_DIR=${EDGE_TEMPORARY_DIR:-$temporary} \
        EDGE_LISTEN=127.0.0.1:${port[edge]} EDGE_TLS_LISTEN=127.0.0.1:${port[edge-tls]} \
        EDGE_STATUS_LISTEN=127.0.0.1:${port[edge-status]} EDGE_UPSTREAMS=$(addresses server_port) \
        as_account www-data "$folder/template/render" "$folder"
    launch edge www-data nginx -p "$folder" -c "$folder/nginx.conf" -g 'daemon off;'
    wait_ready edge "$ready_limit" answers "${port[edge-status]}" /stub_status
}

start_mtail() {
    folder_of mtail "$data/mtail"
    install -m 644 grafana/edge.mtail "$data/mtail"
    launch mtail mtail mtail --progs "$data/mtail/edge.mtail" --logs "$data/edge/logs/access.json" \
        --address 127.0.0.1 --port "${port[mtail]}" --emit_prog_label=false --logtostderr
    wait_ready mtail "$ready_limit" answers "${port[mtail]}" /metrics
}

start_exporters() {
    launch edge-exporter prometheus prometheus-nginx-exporter \
        --nginx.scrape-uri "http://127.0.0.1:${port[edge-status]}/stub_status" --web.listen-address "127.0.0.1:${port[edge-exporter]}"
    wait_ready edge-exporter "$ready_limit" answers "${port[edge-exporter]}" /metrics
    folder_of prometheus "$data/database-exporter"
    install -m 644 grafana/prometheus/postgres.yaml "$data/database-exporter"
    DATA_SOURCE_NAME="$(url MONITOR)?sslmode=disable" \
        launch database-exporter prometheus prometheus-postgres-exporter --disable-settings-metrics \
        --extend.query-path "$data/database-exporter/postgres.yaml" --web.listen-address "127.0.0.1:${port[database-exporter]}"
    wait_ready database-exporter "$ready_limit" answers "${port[database-exporter]}" /metrics
}

start_prometheus() {
    folder_of prometheus "$data/prometheus"
    PROMETHEUS_LISTEN=127.0.0.1:${port[prometheus]} PROMETHEUS_SERVERS=$(addresses admin_port) \
        PROMETHEUS_EDGE=127.0.0.1:${port[edge-exporter]} PROMETHEUS_EDGE_LOG=127.0.0.1:${port[mtail]} \
        PROMETHEUS_POSTGRES=127.0.0.1:${port[database-exporter]} grafana/prometheus/render "$data/prometheus"
    launch prometheus prometheus prometheus --config.file "$data/prometheus/prometheus.yml" \
        --storage.tsdb.path "$data/prometheus/series" --storage.tsdb.retention.time 7d --storage.tsdb.retention.size 2GB \
        --web.listen-address "127.0.0.1:${port[prometheus]}"
    wait_ready prometheus "$ready_limit" answers "${port[prometheus]}" /-/ready
}

has_grafana() {
    command -v grafana-server >/dev/null && [ -d "$grafana_home" ]
}

# Everyone who can reach it may read; logging in is disabled.
start_grafana() {
    has_grafana || return 0
    folder_of grafana "$data/grafana"
    rm -rf "$data/grafana/provisioning" "$data/grafana/dashboards"
    cp -R grafana/provisioning grafana/dashboards "$data/grafana"
    GF_PATHS_DATA=$data/grafana/data GF_PATHS_LOGS=$data/grafana/log GF_PATHS_PLUGINS=$data/grafana/plugins \
        GF_PATHS_PROVISIONING=$data/grafana/provisioning GF_LOG_MODE=console \
        GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT=${port[grafana]} \
        GF_AUTH_ANONYMOUS_ENABLED=true GF_AUTH_ANONYMOUS_ORG_ROLE=Viewer GF_AUTH_DISABLE_LOGIN_FORM=true \
        GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false \
        PROMETHEUS_URL=http://127.0.0.1:${port[prometheus]} GRAFANA_DASHBOARDS=$data/grafana/dashboards \
        launch grafana grafana grafana-server --homepath "$grafana_home"
    wait_ready grafana "$ready_limit" answers "${port[grafana]}" /api/health
}

start_all() {
    local number
    start_database
    for number in $(seq "$servers"); do
        start_server "$number"
    done
    start_edge
    start_mtail
    start_exporters
    start_prometheus
    start_grafana
}

# Ends all of it, and leaves nothing in memory.
end_all() {
    stop_all
    rm -rf {/dev/shm,/run,"${XDG_RUNTIME_DIR:-/run}"}/"$(memory_name)"
}
