// What a run asks a Redis server beside the log-in and PING. An account may lack the right to any of it, and
// each refusal is an entry in the server's ACL LOG: what was refused is asked again only now and then.
#pragma once

#include <array>
#include <cstddef>

namespace plumb::redis {

enum class Question { info, config, cluster_info, cluster_slots };
inline constexpr std::size_t kQuestions = 4;

class Questions {
  public:
    static Questions none() { return {}; }
    static Questions all();

    bool has(Question question) const { return set_[static_cast<std::size_t>(question)]; }
    void add(Question question) { set_[static_cast<std::size_t>(question)] = true; }
    void remove(Question question) { set_[static_cast<std::size_t>(question)] = false; }

  private:
    std::array<bool, kQuestions> set_{};
};

// Lives as long as the Probe.
class Permissions {
  public:
    // A refused question is left out of so many inspections before it is asked again: somebody may have
    // granted it.
    static constexpr unsigned kPatience = 20;

    // The questions of the next inspection. Call it once for each.
    Questions next_inspection();
    void note_refused(Question question) { left_out_[static_cast<std::size_t>(question)] = kPatience; }

  private:
    std::array<unsigned, kQuestions> left_out_{};  // inspections that still go without it
};

}  // namespace plumb::redis
