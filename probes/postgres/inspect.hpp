// What the probe asks of a server, and what the answers mean. Pure: SQL text out, answers in.
//
// An inspection is one message, which the server runs as one transaction: SET LOCAL binds each statement to
// the time that is left and leaves nothing behind, so a pooler that hands the session on hands on a clean
// one, and there is no transaction to end. It has sections, a statement each, since a role, a version or a
// provider may keep one thing from being read and leave the others. A section that is refused is left out,
// and the rest asked for once more; what is refused stays remembered, so that the server's log has one
// complaint and not one a run.
//
// Call order: Inspection a run; next() and take() in turn, until next() has nothing more to ask or take()
// fails.
#pragma once

#include "model/outcome.hpp"
#include "probes/postgres/answer.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::postgres {

// What is known of a server and of the target before anything is asked.
struct Server {
    int version = 0;          // as libpq writes it: 150020; 0: not told
    int key_pid = 0;          // the process that the login named for cancelling; a pooler names its own
    bool proxy_host = false;  // the host is called as RDS names its proxies
    bool pgbouncer = false;   // by how it let us in
    std::optional<double> size_limit;  // bytes; the database's size is read only against one
};

// What a section has read that a later one needs.
struct Seen {
    Server server;
    Table settings;
    bool pooled = false;
};

struct Section {
    std::string_view name;
    std::string (*sql)(const Server& server);  // answers one table of one row
    void (*read)(const Table& table, Seen& seen, Outcome& outcome);
    bool vital = true;  // the run fails when the server has no time for it
};

// Outlives the runs of a target.
class Refusals {
  public:
    static constexpr int kRemembered = 100;  // inspections: a grant that was added shows without a restart

    void begin_inspection();
    void note(std::string_view section, std::string words) { words_[section] = std::move(words); }
    bool has(std::string_view section) const { return words_.contains(section); }
    std::string in_words() const;  // "activity: 42501: permission denied …"; "" when there is none

  private:
    std::map<std::string_view, std::string> words_;
    int inspections_ = 0;
};

class Inspection {
  public:
    Inspection(const Server& server, Refusals& refusals);

    // `left` is what is left of the phase; the server gives up a little earlier, so that it can say so.
    std::optional<std::string> next(std::chrono::nanoseconds left);
    // The failure of the run, if it is one: the server had no time, or ended the session.
    std::optional<net::Failed> take(const Reply& reply, Outcome& outcome);

  private:
    Seen seen_;
    Refusals& refusals_;
    std::vector<const Section*> pending_;
    std::vector<const Section*> asked_;
};

// The smallest question there is, or with what tells the role of the server; answers one table.
std::string query_sql(std::chrono::nanoseconds left, bool role_too);
// SET LOCAL statement_timeout, somewhat shorter than `left`.
std::string bounded(std::chrono::nanoseconds left);

}  // namespace plumb::postgres
