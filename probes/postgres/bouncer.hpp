// PgBouncer's own console: the database "pgbouncer" of a pooler, which takes SHOW commands, one a message,
// from its admin_users and stats_users. Pure: commands out, tables in.
#pragma once

#include "model/outcome.hpp"
#include "probes/postgres/answer.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace plumb::postgres {

inline constexpr std::string_view kConsoleQuery = "SHOW VERSION";
inline constexpr std::array<std::string_view, 3> kConsoleInspection{"SHOW CONFIG", "SHOW POOLS",
                                                                    "SHOW DATABASES"};

// The version that a server states when it is logged in to, "1.18.0/bouncer", is that of the console.
bool is_console(std::string_view server_version);

void read_console_version(std::string_view server_version, Outcome& outcome);
// The answers to kConsoleInspection, in that order. The probe's own client is left out.
void read_console(const Table& config, const Table& pools, const Table& databases, Outcome& outcome);

}  // namespace plumb::postgres
