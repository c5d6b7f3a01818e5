-- The database, its owner, and an account for each thing that is done with it. Can be repeated.
--
-- serve, refresh and write are roles that cannot log in. Each has two logins, of which one has a password: the other is for
-- changing that without a gap (rotate). Whoever logs in acts as the role.
SELECT format('CREATE ROLE %I %s', wanted.name, wanted.can)
FROM (
    VALUES
    ('atelierex', 'LOGIN'),
    ('atelierex_monitor', 'LOGIN IN ROLE pg_monitor'),
    ('atelierex_clients', 'NOLOGIN'),
    ('atelierex_serve', 'NOLOGIN IN ROLE atelierex_clients'),
    ('atelierex_refresh', 'NOLOGIN IN ROLE atelierex_clients'),
    ('atelierex_write', 'NOLOGIN IN ROLE atelierex_clients')
) AS wanted (name, can)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
-- Roles come before their members.
ORDER BY wanted.can LIKE '%IN ROLE%' \gexec

SELECT format('CREATE ROLE %I NOLOGIN IN ROLE %I', role.name || login.suffix, role.name)
FROM (VALUES ('atelierex_serve'), ('atelierex_refresh'), ('atelierex_write')) AS role (name)
CROSS JOIN (VALUES ('_a'), ('_b')) AS login (suffix)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role.name || login.suffix) \gexec

SELECT format('ALTER ROLE %I SET role = %I', role.name || login.suffix, role.name)
FROM (VALUES ('atelierex_serve'), ('atelierex_refresh'), ('atelierex_write')) AS role (name)
CROSS JOIN (VALUES ('_a'), ('_b')) AS login (suffix) \gexec

SELECT 'CREATE DATABASE atelierex OWNER atelierex'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'atelierex') \gexec

-- Whoever only reads shall not fill the disk with temporary tables either.
REVOKE ALL ON DATABASE atelierex FROM PUBLIC;
GRANT CONNECT ON DATABASE atelierex TO atelierex_clients, atelierex_monitor;
