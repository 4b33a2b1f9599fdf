#include "probes/redis/rejection.hpp"

#include "base/text.hpp"

#include <array>

namespace plumb::redis {

namespace {

struct Entry {
    std::string_view word;
    Cause cause;
};

// The code, when the server gives one.
constexpr std::array kCodes{
    Entry{"NOAUTH", Cause::redis_noauth},
    Entry{"WRONGPASS", Cause::redis_wrongpass},
    Entry{"NOPERM", Cause::redis_noperm},
    Entry{"LOADING", Cause::redis_loading},
    Entry{"MOVED", Cause::redis_moved},
    Entry{"ASK", Cause::redis_ask},
    Entry{"READONLY", Cause::redis_readonly},
    Entry{"NOREPLICAS", Cause::redis_noreplicas},
    Entry{"OOM", Cause::redis_out_of_memory},
    Entry{"MISCONF", Cause::redis_misconf},
    Entry{"BUSY", Cause::redis_busy},
    Entry{"MASTERDOWN", Cause::redis_masterdown},
    Entry{"DENIED", Cause::redis_protected_mode},
    Entry{"CLUSTERDOWN", Cause::redis_cluster_down},
    Entry{"TRYAGAIN", Cause::redis_tryagain},
};

// Older servers and proxies answer "ERR" and words.
constexpr std::array kPhrases{
    Entry{"max number of clients", Cause::redis_max_clients},
    Entry{"invalid password", Cause::redis_wrongpass},
    Entry{"invalid username-password", Cause::redis_wrongpass},
    Entry{"without any password configured",
          Cause::redis_wrongpass},                          // since 6: a password for an open server
    Entry{"no password is set", Cause::redis_wrongpass},    // before 6: the same
    Entry{"operation not permitted", Cause::redis_noauth},  // before 2.8: NOAUTH
    Entry{"authentication required", Cause::redis_noauth},
};

}  // namespace

Cause cause_of_error(std::string_view text) {
    const std::string_view code = text.substr(0, text.find(' '));
    for (const Entry& entry : kCodes) {
        if (code == entry.word) return entry.cause;
    }
    const std::string lower = to_lower(text);
    for (const Entry& entry : kPhrases) {
        if (lower.find(entry.word) != std::string::npos) return entry.cause;
    }
    return Cause::redis_error;
}

}  // namespace plumb::redis
