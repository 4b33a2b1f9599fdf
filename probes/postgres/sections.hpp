// The sections of an inspection: a statement each, and what its answer means. A statement asks only what the
// server's version has, and of a role's rights it takes what it gets.
#pragma once

#include "probes/postgres/inspect.hpp"

namespace plumb::postgres {

inline constexpr int kVersion10 = 100000;

// Settings as a session of this role gets them, and who is at the other end. Reads no table, so it waits for
// nothing and may come before the bound: statement_timeout is then the role's own.
std::string settings_sql(const Server& server);
void read_settings(const Table& table, Seen& seen, Outcome& outcome);

// Sessions by state, and the limits that they run into. A role that may not see other roles' sessions counts
// them all the same, but not their states, waits and ages.
std::string activity_sql(const Server& server);
void read_activity(const Table& table, Seen& seen, Outcome& outcome);

// The database, and the age of the oldest transaction that is not frozen.
std::string database_sql(const Server& server);
void read_database(const Table& table, Seen& seen, Outcome& outcome);

// Who follows, and how far behind. From version 10 on.
std::string replication_sql(const Server& server);
void read_replication(const Table& table, Seen& seen, Outcome& outcome);

// The server looks at every file of the database for it.
std::string size_sql(const Server& server);
void read_size(const Table& table, Seen& seen, Outcome& outcome);

}  // namespace plumb::postgres
