# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_atelierex_global_optspecs
    string join \n log= log-format= h/help V/version
end

function __fish_atelierex_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_atelierex_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_atelierex_using_subcommand
    set -l cmd (__fish_atelierex_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c atelierex -n "__fish_atelierex_needs_command" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_needs_command" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_needs_command" -s V -l version -d 'Print version'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "migrate" -d 'Creates or updates the database\'s schemas, and gives accounts their rights'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "generate" -d 'Writes an export of any size in the real format, with its real faults'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "load" -d 'Loads an export and publishes it at once, while servers go on serving'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "serve" -d 'Answers requests'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "audit" -d 'Recomputes every document and prints those that differ; exits with 1 if any does'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "up" -d 'Starts everything on this machine: a private PostgreSQL unless `DATABASE_URL` is set, a catalogue, the server'
complete -c atelierex -n "__fish_atelierex_needs_command" -f -a "database" -d 'Runs the private PostgreSQL by itself, with schemas, accounts and a catalogue, and starts it again when it dies'
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l database-url -d 'PostgreSQL to use: `postgres://user:password@host:port/name`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l serve-role -d 'Account of servers that answer requests: reads documents and nothing else' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l refresh-role -d 'Account that composes documents and audits them: reads the source tables, writes documents' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l write-role -d 'Account of the shop, which changes rows of the source tables' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -l grant -d 'Also give the accounts below, which must exist, exactly the rights that they need. Can be repeated'
complete -c atelierex -n "__fish_atelierex_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -l products -d 'Number of products. The real catalogue has 1000011' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -l seed -d 'Number that decides everything random: the same seed gives the same bytes' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -l out -d 'Folder for the six files' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -l overwrite -d 'Replace an export that is already there'
complete -c atelierex -n "__fish_atelierex_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -l database-url -d 'PostgreSQL to use: `postgres://user:password@host:port/name`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -l report -d 'Where to report every repaired and rejected row: CSV with file, line, id, rule, action, detail' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -l jobs -d 'Database sessions that compose documents at the same time. Default: one for each core of this machine' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -l strict -d 'Fail if any row has to be rejected, and change nothing then'
complete -c atelierex -n "__fish_atelierex_using_subcommand load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l database-url -d 'PostgreSQL to use: `postgres://user:password@host:port/name`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l listen -d 'Where clients connect: address and port; port 0 takes a free one' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l admin-listen -d 'Where metrics and health are asked for. Never to be reached from outside' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l max-connections -d 'Connections of clients at the same time; more wait until one is closed' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l admin-max-connections -d 'The same for the admin listener' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l header-read-timeout -d 'How long a client may take to send the head of a request, and how long an idle connection is kept' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l write-timeout -d 'How long a client may take none of what was sent to it before its connection is closed' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l max-header-bytes -d 'Largest head of a request, in bytes, at least 8192' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l drain-delay -d 'How long to go on accepting connections after readiness turned false, so that a balancer notices first' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l drain-timeout -d 'How long requests that have begun may take to end when the server is asked to stop' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l max-page-count -d 'Most products on a page: a larger `count` is served as this' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l response-buffer-bytes -d 'Memory for pages of products on their way to clients, in bytes; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l cors-origins -d 'Origins whose pages may read the answers, separated by commas; * for all' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l cache-max-age -d 'How long a browser may keep an answer (max-age), in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l cache-s-maxage -d 'How long a shared cache may keep an answer (s-maxage), in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l cache-stale-while-revalidate -d 'How long after that a shared cache may still use it while it asks for a new one, in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l cache-stale-if-error -d 'How long after that a shared cache may use it instead of an error, in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l cache-capacity-bytes -d 'Memory for documents with their encodings, in bytes; 0 for no cache' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l page-cache-capacity-bytes -d 'Memory for compressed pages of /products, in bytes; 0 compresses them anew each time' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l negative-ttl -d 'How long it is remembered that a product does not exist' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l feed-interval -d 'How often to ask the database what changed while nothing does; more often while something does' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l consistent-read-timeout -d 'How long a request with `Cache-Control: no-cache` may wait for what was changed before it' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l consistent-read-queue -d 'Requests with `Cache-Control: no-cache` that may wait; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l stale-after -d 'After how long without an answer from the database what is in memory counts as stale' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l max-stale -d 'After how long without an answer from the database nothing is served any more' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l fetch-connections -d 'Connections that load documents which are not in memory. One more follows the changes. Few make larger batches, which cost less for each document; two, so that one slow statement does not hold up the rest' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l fetch-batch -d 'Products that one statement loads at most' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l fetch-queue -d 'Products that may wait for being loaded; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l request-timeout -d 'How long a request may wait for the database altogether' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l statement-timeout -d 'How long one statement may run (`statement_timeout` of the session)' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l connect-timeout -d 'How long making a connection may take' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l checkout-timeout -d 'How long to wait for a connection of the pool' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l search-connections -d 'Connections that search, besides those that load documents: as many searches run at the same time' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l search-queue -d 'Searches that may wait for one of them; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l search-timeout -d 'How long a search may take, with its wait; then it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l refresh-database-url -d 'PostgreSQL as the account that composes documents: `postgres://user:password@host:port/name`. Default: the database that is read' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l write-database-url -d 'PostgreSQL as an account that may change products, for the canary: `postgres://user:password@host:port/name`. Default: the account that composes documents' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l audit-rate -d 'Products per second that the auditor compares with their recomputation; 0 for none' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l canary-product -d 'A product to change every second and to read back through HTTP; its slogan is overwritten. Default: none' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l refresh-interval -d 'How often to look for changes while there are none' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l refresh-lease -d 'After how long without a sign of life of the server that composes another one takes over' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l log-requests -d 'Requests that get a line in the log: none, failed (answered 5xx, or slower than --log-slow), or all' -r -f -a "none\t'None'
failed\t'Those that were answered 5xx, or slowly'
all\t'All'"
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l log-slow -d 'From what time on a request counts as slow' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l otlp-endpoint -d 'OpenTelemetry collector to send spans to, by OTLP over HTTP: `http://host:port`. Default: no spans are made' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l otlp-sample -d 'Share of requests that get spans, from 0 to 1. Those whose `traceparent` says that they are sampled always do' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l no-catalog-page -d 'Do not show the catalogue to browsers at `/`'
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l no-feed-listen -d 'Do not have the database tell of changes (LISTEN), only ask. For poolers that cannot pass it on'
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -l no-refresh -d 'Leave composing to other servers'
complete -c atelierex -n "__fish_atelierex_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_using_subcommand audit" -l database-url -d 'PostgreSQL to use: `postgres://user:password@host:port/name`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand audit" -l jobs -d 'Database sessions that recompute at the same time' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand audit" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand audit" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l database-url -d 'PostgreSQL to use: `postgres://user:password@host:port/name`. Default: a private one in the data folder' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l catalog -d 'Export to load if there is no catalogue yet. Default: one is generated' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l products -d 'Number of products. The real catalogue has 1000011' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l seed -d 'Number that decides everything random: the same seed gives the same bytes' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l postgres-bin -d 'Folder with PostgreSQL\'s programs (initdb, postgres); without it they are looked for on PATH and where packages put them' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l listen -d 'Where clients connect: address and port; port 0 takes a free one' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l admin-listen -d 'Where metrics and health are asked for. Never to be reached from outside' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l max-connections -d 'Connections of clients at the same time; more wait until one is closed' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l admin-max-connections -d 'The same for the admin listener' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l header-read-timeout -d 'How long a client may take to send the head of a request, and how long an idle connection is kept' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l write-timeout -d 'How long a client may take none of what was sent to it before its connection is closed' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l max-header-bytes -d 'Largest head of a request, in bytes, at least 8192' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l drain-delay -d 'How long to go on accepting connections after readiness turned false, so that a balancer notices first' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l drain-timeout -d 'How long requests that have begun may take to end when the server is asked to stop' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l max-page-count -d 'Most products on a page: a larger `count` is served as this' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l response-buffer-bytes -d 'Memory for pages of products on their way to clients, in bytes; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l cors-origins -d 'Origins whose pages may read the answers, separated by commas; * for all' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l cache-max-age -d 'How long a browser may keep an answer (max-age), in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l cache-s-maxage -d 'How long a shared cache may keep an answer (s-maxage), in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l cache-stale-while-revalidate -d 'How long after that a shared cache may still use it while it asks for a new one, in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l cache-stale-if-error -d 'How long after that a shared cache may use it instead of an error, in whole seconds' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l cache-capacity-bytes -d 'Memory for documents with their encodings, in bytes; 0 for no cache' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l page-cache-capacity-bytes -d 'Memory for compressed pages of /products, in bytes; 0 compresses them anew each time' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l negative-ttl -d 'How long it is remembered that a product does not exist' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l feed-interval -d 'How often to ask the database what changed while nothing does; more often while something does' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l consistent-read-timeout -d 'How long a request with `Cache-Control: no-cache` may wait for what was changed before it' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l consistent-read-queue -d 'Requests with `Cache-Control: no-cache` that may wait; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l stale-after -d 'After how long without an answer from the database what is in memory counts as stale' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l max-stale -d 'After how long without an answer from the database nothing is served any more' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l fetch-connections -d 'Connections that load documents which are not in memory. One more follows the changes. Few make larger batches, which cost less for each document; two, so that one slow statement does not hold up the rest' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l fetch-batch -d 'Products that one statement loads at most' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l fetch-queue -d 'Products that may wait for being loaded; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l request-timeout -d 'How long a request may wait for the database altogether' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l statement-timeout -d 'How long one statement may run (`statement_timeout` of the session)' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l connect-timeout -d 'How long making a connection may take' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l checkout-timeout -d 'How long to wait for a connection of the pool' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l search-connections -d 'Connections that search, besides those that load documents: as many searches run at the same time' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l search-queue -d 'Searches that may wait for one of them; what exceeds it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l search-timeout -d 'How long a search may take, with its wait; then it is answered 503' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l refresh-database-url -d 'PostgreSQL as the account that composes documents: `postgres://user:password@host:port/name`. Default: the database that is read' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l write-database-url -d 'PostgreSQL as an account that may change products, for the canary: `postgres://user:password@host:port/name`. Default: the account that composes documents' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l audit-rate -d 'Products per second that the auditor compares with their recomputation; 0 for none' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l canary-product -d 'A product to change every second and to read back through HTTP; its slogan is overwritten. Default: none' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l refresh-interval -d 'How often to look for changes while there are none' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l refresh-lease -d 'After how long without a sign of life of the server that composes another one takes over' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l log-requests -d 'Requests that get a line in the log: none, failed (answered 5xx, or slower than --log-slow), or all' -r -f -a "none\t'None'
failed\t'Those that were answered 5xx, or slowly'
all\t'All'"
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l log-slow -d 'From what time on a request counts as slow' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l otlp-endpoint -d 'OpenTelemetry collector to send spans to, by OTLP over HTTP: `http://host:port`. Default: no spans are made' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l otlp-sample -d 'Share of requests that get spans, from 0 to 1. Those whose `traceparent` says that they are sampled always do' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l data-dir -d 'Folder in which a PostgreSQL of our own keeps its data; created if missing' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l no-catalog-page -d 'Do not show the catalogue to browsers at `/`'
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l no-feed-listen -d 'Do not have the database tell of changes (LISTEN), only ask. For poolers that cannot pass it on'
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -l no-refresh -d 'Leave composing to other servers'
complete -c atelierex -n "__fish_atelierex_using_subcommand up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l port -d 'Port of 127.0.0.1 on which it accepts connections; 0 takes a free one' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l postgres-bin -d 'Folder with PostgreSQL\'s programs (initdb, postgres); without it they are looked for on PATH and where packages put them' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l catalog -d 'Export to load if there is no catalogue yet. Default: one is generated' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l products -d 'Number of products. The real catalogue has 1000011' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l seed -d 'Number that decides everything random: the same seed gives the same bytes' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l data-dir -d 'Folder in which a PostgreSQL of our own keeps its data; created if missing' -r -F
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l log -d 'What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`' -r
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -l log-format -d 'How to log. Default: text on a terminal, otherwise one JSON object for each line' -r -f -a "text\t'For people'
json\t'For machines'"
complete -c atelierex -n "__fish_atelierex_using_subcommand database" -s h -l help -d 'Print help (see more with \'--help\')'
