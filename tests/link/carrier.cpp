#include "tests/link/carrier.hpp"

#include <algorithm>
#include <deque>
#include <poll.h>
#include <random>
#include <sys/prctl.h>
#include <unistd.h>

namespace plumb::link {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestPacket = 65'536;
constexpr std::size_t kMostHeld = 20'000;

}  // namespace

// One direction: packets that wait for their time, in order.
class Carrier::Way {
  public:
    Way(Carrier& carrier, const WaySpec& spec)
        : carrier_(carrier), spec_(spec), chance_(spec.seed), buffer_(kLargestPacket) {}

    int from() const { return spec_.from; }

    // All that is there now.
    void take_in() {
        for (;;) {
            const auto count = ::read(spec_.from, buffer_.data(), buffer_.size());
            if (count <= 0) return;
            if (draw() < spec_.loss) {
                ++carrier_.lost_;
            } else if (held_.size() >= kMostHeld) {
                ++carrier_.overflown_;
            } else {
                held_.push_back({due(), {buffer_.begin(), buffer_.begin() + count}});
            }
        }
    }

    void hand_over(Clock::time_point now) {
        while (!held_.empty() && held_.front().due <= now) {
            const auto& bytes = held_.front().bytes;
            if (::write(spec_.to, bytes.data(), bytes.size()) > 0) ++carrier_.carried_;
            held_.pop_front();
        }
    }

    Clock::time_point next_or(Clock::time_point otherwise) const {
        return held_.empty() ? otherwise : std::min(otherwise, held_.front().due);
    }

  private:
    double draw() { return std::uniform_real_distribution<>(0, 1)(chance_); }

    Clock::time_point due() {
        auto time = Clock::now() + spec_.delay;
        if (spec_.jitter.count() > 0)
            time += std::chrono::duration_cast<std::chrono::nanoseconds>(spec_.jitter * draw());
        return held_.empty() ? time : std::max(time, held_.back().due);
    }

    struct Held {
        Clock::time_point due;
        std::vector<char> bytes;
    };
    Carrier& carrier_;
    WaySpec spec_;
    std::mt19937_64 chance_;
    std::vector<char> buffer_;
    std::deque<Held> held_;
};

Carrier::Carrier(std::vector<WaySpec> ways) : specs_(std::move(ways)) {
    thread_ = std::thread([this] { carry(); });
}

Carrier::~Carrier() {
    stop_.stop();
    thread_.join();
}

void Carrier::carry() {
    ::prctl(PR_SET_TIMERSLACK, 1UL);  // nanoseconds; the default adds 50 µs to each wait
    std::vector<Way> ways;
    std::vector<pollfd> watched{{stop_.descriptor(), POLLIN, 0}};
    for (const auto& spec : specs_) {
        ways.emplace_back(*this, spec);
        watched.push_back({spec.from, POLLIN, 0});
    }
    while (watched[0].revents == 0) {
        for (auto& way : ways)
            way.take_in();
        const auto now = Clock::now();
        auto next = now + std::chrono::hours(1);
        for (auto& way : ways) {
            way.hand_over(now);
            next = way.next_or(next);
        }
        const auto wait =
            std::max<std::chrono::nanoseconds>(next - Clock::now(), std::chrono::nanoseconds(0));
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
        const timespec limit{seconds.count(), (wait - seconds).count()};
        ::ppoll(watched.data(), watched.size(), &limit, nullptr);
    }
}

}  // namespace plumb::link
