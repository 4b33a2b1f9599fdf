#include "tests/link/link.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <poll.h>
#include <random>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace plumb::link {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestPacket = 65'536;
constexpr std::size_t kMostHeld = 20'000;

TunDevice far_device(const Namespace& where) {
    const Inside far(where);
    return {"plumb-far", Link::kFarAddress};
}

}  // namespace

// One direction: packets that wait for their time, in order.
class Link::Way {
  public:
    Way(Link& link, int from, int to, std::uint64_t seed)
        : link_(link), from_(from), to_(to), chance_(seed), buffer_(kLargestPacket) {}

    int from() const { return from_; }

    // All that is there now.
    void take_in() {
        for (;;) {
            const auto count = ::read(from_, buffer_.data(), buffer_.size());
            if (count <= 0) return;
            if (std::uniform_real_distribution<>(0, 1)(chance_) < link_.spec_.loss) {
                ++link_.lost_;
            } else if (held_.size() >= kMostHeld) {
                ++link_.overflown_;
            } else {
                held_.push_back(
                    {Clock::now() + link_.spec_.delay, {buffer_.begin(), buffer_.begin() + count}});
            }
        }
    }

    void hand_over(Clock::time_point now) {
        while (!held_.empty() && held_.front().due <= now) {
            const auto& bytes = held_.front().bytes;
            if (::write(to_, bytes.data(), bytes.size()) > 0) ++link_.carried_;
            held_.pop_front();
        }
    }

    std::optional<Clock::time_point> next() const {
        if (held_.empty()) return std::nullopt;
        return held_.front().due;
    }

  private:
    struct Held {
        Clock::time_point due;
        std::vector<char> bytes;
    };
    Link& link_;
    int from_;
    int to_;
    std::mt19937_64 chance_;
    std::vector<char> buffer_;
    std::deque<Held> held_;
};

Link::Link(const LinkSpec& spec)
    : spec_(spec), near_(kNearInterface, kNearAddress), far_(far_device(far_side_)) {
    carrier_ = std::thread([this] { carry(); });
}

Link::~Link() {
    stop_.stop();
    carrier_.join();
}

void Link::carry() {
    ::prctl(PR_SET_TIMERSLACK, 1UL);  // nanoseconds; the default adds 50 µs to each wait
    Way there(*this, near_.descriptor(), far_.descriptor(), spec_.seed);
    Way back(*this, far_.descriptor(), near_.descriptor(), spec_.seed + 1);
    std::array<pollfd, 3> watched{
        {{stop_.descriptor(), POLLIN, 0}, {there.from(), POLLIN, 0}, {back.from(), POLLIN, 0}}};
    while (watched[0].revents == 0) {
        there.take_in();
        back.take_in();
        const auto now = Clock::now();
        there.hand_over(now);
        back.hand_over(now);
        auto next = now + std::chrono::hours(1);
        for (const Way* way : {&there, &back})
            next = std::min(next, way->next().value_or(next));
        const auto wait =
            std::max<std::chrono::nanoseconds>(next - Clock::now(), std::chrono::nanoseconds(0));
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
        const timespec limit{seconds.count(), (wait - seconds).count()};
        ::ppoll(watched.data(), watched.size(), &limit, nullptr);
    }
}

}  // namespace plumb::link
