// Where windows live. One narrow interface; SQLite (one file, WAL) is the first engine.
//
// Errors: a store that cannot read or write throws StoreError (broken infrastructure); callers turn it into a
// refused acknowledgement or an insufficient verdict, never into an empty answer. Thread rule: an engine
// serialises its callers itself; any thread may call.
#pragma once

#include "base/result.hpp"
#include "model/labels.hpp"
#include "model/window.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace plumb::store {

struct StoreError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

using Time = std::chrono::system_clock::time_point;

struct StoredWindow {
    Window window;
    Time end;  // controller's clock: receipt minus the age the agent told
};

struct AgentRow {
    std::string agent;
    std::string version;
    Labels labels;
    Time last_end;  // of its latest window; the epoch while it sent none
    std::uint64_t windows = 0;
    std::uint64_t last_sequence = 0;
    bool said_goodbye = false;
};

// What a comparison reads.
class WindowSource {
  public:
    virtual ~WindowSource() = default;

    struct Range {
        Time from;
        Time until = Time::max();  // and at this very instant, too
    };
    // Calls `visit` for every window that ended in the range and whose labels match, oldest first.
    virtual void read(const Selector& selector, const Range& range,
                      const std::function<void(const StoredWindow&)>& visit) = 0;
    virtual std::vector<AgentRow> agents(Time from) = 0;  // that were seen since then
    virtual std::optional<Time> oldest() = 0;             // end of the oldest window that is kept
};

class Store : public WindowSource {
  public:
    // An agent is known by its instance id within its environment, so that nobody who may report for one
    // environment can touch what another one reported. Labels are those of the latest hello.
    virtual void hello(const std::string& agent, const std::string& version, const Labels& labels,
                       Time now) = 0;
    virtual void goodbye(const std::string& agent, const Labels& labels, Time now) = 0;

    // Commits all or nothing. A window whose (agent, sequence) is known is dropped silently: it is stored
    // already. Returns how many were new.
    virtual std::size_t append(const std::vector<StoredWindow>& windows) = 0;

    // Throws when the store cannot serve: /readyz. Never waits for a comparison that reads.
    virtual void check() = 0;
    // Retention, one bounded step of it. True: more is left, call again.
    virtual bool remove_before(Time limit) = 0;
};

// "sqlite:FILE". Others are refused with the list of engines.
Result<std::unique_ptr<Store>> open_store(const std::string& url);

// The same store to read from only, also while a controller writes to it. Never makes nor changes the file; a
// file that is not there, is no store or has another schema is an error that says so.
Result<std::unique_ptr<WindowSource>> open_store_to_read(const std::string& url);

}  // namespace plumb::store
