# The parts of the stack: how each is started, and as whom. Read by scripts/stack.
# shellcheck shell=bash

# Set by scripts/stack.
: "${data:?}" "${servers:?}" "${products?}" "${port[edge]:?}"

# How long a part may take to become ready, in seconds.
ready_limit=120

grafana_home=/usr/share/grafana

# Succeeds when an address answers.
answers() { # PORT PATH
    curl --fail --silent --noproxy '*' --max-time 2 --output /dev/null "http://127.0.0.1:$1$2"
}

# Part of `become` for what is only asked.
as_account() (
    become "$@"
)

# Makes a copy where every account can reach it, and that a build does not change.
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
    # Where it has no machine of its own, it is to leave the processors to who answers clients.
    launch database postgres nice -n 10 "$data/bin/atelierex" database --data-dir "$data/database" --port "${port[database]}" "${source[@]}"
    # However long a catalog takes that has to be loaded.
    wait_ready database 86400 test -s "$data/database/database.env"
}

# The URL of a role. Passed on by environment only: what others see of a process is its command line.
url() ( # ROLE
    # shellcheck disable=SC1091 # It is written by the program.
    . "$data/database/database.env"
    local name=ATELIEREX_$1_DATABASE_URL
    printf '%s' "${!name}"
)

# Where the server of a number listens, the first being 1.
server_port() { # NUMBER
    echo $((port['server'] + $1 - 1))
}

admin_port() { # NUMBER
    echo $((port['admin'] + $1 - 1))
}

# The servers' addresses, from what gives the port of each.
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

# Whether a server has answered a client since it was started; asks through the edge, not to have to wait for one.
is_asked_again() { # NUMBER
    curl --silent --noproxy '*' --max-time 2 --output /dev/null --location --insecure --header 'Cache-Control: no-cache' \
        "http://127.0.0.1:${port[edge]}/products/1" || true
    curl --silent --noproxy '*' --max-time 2 "http://127.0.0.1:$(admin_port "$1")/metrics" |
        grep -q '^atelierex_http_requests_total{route="/products/{id}",.* [1-9]'
}

# The name of this stack's folders in memory.
memory_name() {
    echo "atelierex-stack-$(cksum <<<"$data" | cut -d ' ' -f 1)"
}

# A folder in memory, if a place is one and we may write there.
in_memory() { # PLACE
    [ -w "$1" ] && df --portability "$1" 2>/dev/null | grep -q '^tmpfs ' && echo "$1/$(memory_name)"
}

# Where the edge keeps answers. In files on a disk they would cost more than they save.
edge_cache() {
    local folder
    folder=$(in_memory /dev/shm) || folder=$data/edge
    echo "$folder/cache"
}

# Where they are on their way there: on another file system if there is one, so that a full cache costs none of them.
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
    # Its log is read by another part.
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

# Everybody who reaches it may look; nobody may log in.
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
