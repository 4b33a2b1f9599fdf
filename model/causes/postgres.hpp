// The causes that PostgreSQL names. Part of the table in model/cause.cpp, in the order of the enum.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kPostgres[] = {
    {Cause::postgres_auth_failed, "postgres.auth_failed", Layer::authenticate, Category::drift,
     "PostgreSQL rejected the password (28P01).",
     "The secret holds another environment's or an old password; for instance after a rotation that running "
     "tasks did not see; with IAM authentication, a token for another region, host or user, or one older "
     "than 15 minutes.",
     "Compare the secret's version with the database's user; restart the tasks after a rotation; for IAM, "
     "check region, endpoint and user of the token.",
     "28P01 password-authentication-failed PAM"},
    {Cause::postgres_not_authorized, "postgres.not_authorized", Layer::authenticate, Category::drift,
     "PostgreSQL does not allow this user to log in to this database from here (28000).",
     "No pg_hba.conf entry matches, most often because TLS is required; the client came without it. Else the "
     "user does not exist, may not log in, or lacks the role rds_iam for IAM authentication.",
     "Set sslmode=require or stricter if the server forces TLS; grant rds_iam for IAM users; check the user "
     "and the pg_hba entries.",
     "28000 pg_hba no-pg_hba-entry rds_iam rds.force_ssl"},
    {Cause::postgres_no_database, "postgres.no_database", Layer::authenticate, Category::drift,
     "The server has no database of this name (3D000).",
     "The database's name differs between the environments; or it was never created on this instance; or the "
     "host points at another instance than the one meant.",
     "Compare the URL's database name with the instance's databases; then the instance's identity in the "
     "facts.",
     "3D000 invalid_catalog_name"},
    {Cause::postgres_too_many_connections, "postgres.too_many_connections", Layer::authenticate,
     Category::saturation,
     "All connection slots of the server, or of the pooler in front, are taken (53300).",
     "The pools of all tasks together exceed max_connections; often during a deployment, when old and new "
     "tasks run side by side. The RDS default is LEAST(memory/9531392, 5000), so a smaller instance has "
     "fewer slots, and some are reserved.",
     "Lower the pool size of each task; tasks × pool must fit with the deployment's surplus. Or put RDS "
     "Proxy or PgBouncer in between; or raise max_connections with the instance's memory.",
     "53300 too_many_connections remaining-connection-slots max_connections 53400"},
    // Health: the server is not ready yet, as a task that is asked before its warm-up is over.
    {Cause::postgres_starting_up, "postgres.starting_up", Layer::authenticate, Category::health,
     "The server is up, but does not accept connections yet (57P03).",
     "It starts, recovers from a crash, or fails over to another instance.",
     "Look at the instance's events for a restart, failover or crash; then at its memory just before.",
     "57P03 cannot_connect_now"},
    {Cause::postgres_shutting_down, "postgres.shutting_down", Layer::request, Category::health,
     "The server is being stopped: it ended the session, or takes no new one (57P01, 57P02, 57P03).",
     "Maintenance, a restart or a failover is under way; or an administrator (or a script) terminates "
     "sessions.",
     "Look at the instance's events and maintenance window; make sure that the app reconnects.",
     "57P01 57P02 57P03 admin_shutdown crash_shutdown"},
    {Cause::postgres_read_only, "postgres.read_only", Layer::request, Category::drift,
     "The server accepts only reads (25006).",
     "The host is the reader endpoint or a replica; or the former writer after a failover, still held in a "
     "DNS cache; or the storage is full and the instance went read-only.",
     "Use the writer (cluster) endpoint; keep DNS caching short; check the recovery role in the facts.",
     "25006 read_only_sql_transaction reader-endpoint"},
    {Cause::postgres_insufficient_privilege, "postgres.insufficient_privilege", Layer::request,
     Category::drift, "The user is logged in, but may not do this (42501).",
     "A grant that exists in the other environment is missing here; for instance because objects are owned "
     "by another role or default privileges were not set.",
     "Compare the user's grants and role memberships in both environments.",
     "42501 insufficient_privilege permission-denied"},
    {Cause::postgres_statement_timeout, "postgres.statement_timeout", Layer::request, Category::saturation,
     "The server cancelled the statement because it took longer than allowed (57014).",
     "The server is overloaded (CPU, I/O credits); or the statement waits for a lock; or statistics and "
     "indexes differ from the other environment.",
     "Look at the server's load and wait events; Performance Insights and pg_stat_activity show them. Then "
     "look at locks.",
     "57014 query_canceled statement_timeout"},
    {Cause::postgres_unsupported_auth, "postgres.unsupported_auth", Layer::authenticate, Category::drift,
     "The server asks for a kind of authentication that this client cannot do (GSSAPI or SSPI); or one "
     "without the channel binding that the target demands.",
     "Kerberos is configured for this user or network here; or the server or a pooler has the user log in by "
     "other means than SCRAM over TLS, and the URL says channel_binding=require.",
     "Give the prober a user with password or IAM authentication; or compare the authentication settings.",
     "GSSAPI SSPI Kerberos"},
    {Cause::postgres_error, "postgres.error", Layer::request, Category::drift,
     "PostgreSQL answered with an error that has no code of its own here; the detail has its SQLSTATE and "
     "words.",
     "The schema, an extension or a setting differs.",
     "Look up the detail's SQLSTATE in PostgreSQL's list of error codes; compare versions, extensions and "
     "migrations.",
     "SQLSTATE 42P01 42703 0A000 08P01 XX000 53100 53200 55P03 40P01 40001"},
};

}  // namespace plumb::causes
