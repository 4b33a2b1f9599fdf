// An app for a task of the laboratory: healthy on a port, and whatever else it is told to be.
//
//   plumb-lab-app [WORD=VALUE]...
//
//   port=8080 ready-after-ms=0 accepts=yes     its health answer, and whether anybody is let in
//   descriptor-limit=1024 descriptors=N        so many are open
//   memory=PERCENT memory-used=FILE memory-limit=FILE   so much of its cgroup's limit is used
//   pool=ADDRESS:PORT:N                        connections to a Redis that come and go
//   leak=ADDRESS:PORT:N leak-words=TEXT        connections that their server ends and nobody closes
//   busy=yes                                   takes all the processor time that there is
//
// SIGUSR1: a child of it is killed for its memory. Runs until it is killed; exits 1 when it cannot do what it
// is told, 2 for a wrong word.
#include "tests/lab/net/app_parts.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <poll.h>
#include <string>

namespace {

using namespace plumb::lab;

constexpr int kTickMs = 50;

volatile std::sig_atomic_t asked = 0;
void note_signal(int) {
    asked = 1;
}

class Words {
  public:
    bool read(int argc, char** argv) {
        for (int i = 1; i < argc; ++i) {
            const std::string word(argv[i]);
            const auto equals = word.find('=');
            if (equals == std::string::npos || !values_.contains(word.substr(0, equals))) return false;
            values_[word.substr(0, equals)] = word.substr(equals + 1);
        }
        return true;
    }

    const std::string& text(const std::string& name) const { return values_.at(name); }

    int number(const std::string& name) const {
        const auto& value = text(name);
        int read = 0;
        const auto end = value.data() + value.size();
        const auto result = std::from_chars(value.data(), end, read);
        if (result.ec != std::errc() || result.ptr != end || read < 0) give_up(name + "=" + value);
        return read;
    }

  private:
    std::map<std::string, std::string> values_{{"port", "8080"},     {"ready-after-ms", "0"},
                                               {"accepts", "yes"},   {"descriptor-limit", "1024"},
                                               {"descriptors", "0"}, {"memory", "0"},
                                               {"memory-used", ""},  {"memory-limit", ""},
                                               {"pool", ""},         {"leak", ""},
                                               {"leak-words", ""},   {"busy", "no"}};
};

class App {
  public:
    explicit App(const Words& words) {
        const auto port = static_cast<std::uint16_t>(words.number("port"));
        const auto ready_at = Clock::now() + std::chrono::milliseconds(words.number("ready-after-ms"));
        if (words.text("busy") == "yes") start_burning();
        if (words.text("accepts") == "yes") {
            health_.emplace(port, ready_at);
        } else {
            full_.emplace(port);
        }
        if (const int percent = words.number("memory"); percent > 0)
            hoard_.emplace(percent, words.text("memory-used"), words.text("memory-limit"));
        if (!words.text("pool").empty()) pool_.emplace(parse_peer(words.text("pool")));
        if (!words.text("leak").empty())
            leak_.emplace(parse_peer(words.text("leak")), words.text("leak-words"));
        descriptors_ = hold_descriptors(words.number("descriptor-limit"), words.number("descriptors"));
    }

    void look() {
        pollfd waiting{health_ ? health_->descriptor() : -1, POLLIN, 0};
        const bool called = ::poll(&waiting, 1, kTickMs) == 1;
        const auto now = Clock::now();
        if (called && health_) health_->look(now);
        if (hoard_) hoard_->look();
        if (pool_) pool_->look(now);
        if (leak_) leak_->look(now);
        if (asked == 0) return;
        asked = 0;
        be_killed_for_memory();
    }

  private:
    std::optional<Health> health_;
    std::optional<FullQueue> full_;
    std::optional<Hoard> hoard_;
    std::optional<Pool> pool_;
    std::optional<Leak> leak_;
    std::vector<plumb::test::Descriptor> descriptors_;
};

}  // namespace

int main(int argc, char** argv) {
    Words words;
    if (!words.read(argc, argv)) {
        std::fputs("usage: plumb-lab-app [WORD=VALUE]...\n", stderr);
        return 2;
    }
    std::signal(SIGUSR1, note_signal);
    App app(words);
    while (true)
        app.look();
}
