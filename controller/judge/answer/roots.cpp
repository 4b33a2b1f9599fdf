#include "controller/judge/answer/roots.hpp"

#include "controller/judge/answer/root_words.hpp"
#include "controller/judge/policy/policy_rules.hpp"
#include "controller/judge/scope/traits.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace plumb::judge {
namespace {

constexpr std::size_t kResolve = 2;  // two dependencies that resolve nothing share a resolver;
constexpr std::size_t kConnect = 3;  // two that cannot be reached may be two faults,
constexpr std::size_t kInPlace = 2;  // unless only one place has them
constexpr std::size_t kMost = 3;
constexpr double kMostShare = 0.75;
constexpr double kFails = 0.5;  // of a window's runs: the fault has begun
constexpr int kTogether = 2;    // windows between the first beginning and the last

using Names = std::set<std::string>;

bool fails(const Finding& finding) {
    return finding.subject == "failures";
}

bool is_slow(const Finding& finding) {
    return subject_matches("latency", finding.subject) && finding.layer != Layer::task;
}

// What shows in one way: causes that one trouble of the resolver or of the path gives by turns are alike.
// Empty: nothing that dependencies share.
std::string manner(const Finding& finding) {
    const std::string& cause = finding.cause;
    if (is_slow(finding)) {
        if (finding.layer == Layer::resolve) return "slow to resolve";
        const bool path =
            cause == "latency.network" || (cause == "latency.unknown" && finding.layer == Layer::connect);
        return path ? "slow path" : "";
    }
    if (!fails(finding) || finding.layer > Layer::connect) return "";
    if (cause == "dns.timeout" || cause == "dns.unreachable" || cause == "dns.servfail") return "resolver";
    if (cause == "tcp.timeout" || cause == "tcp.unreachable") return "path";
    return cause;
}

struct Root {
    std::vector<std::size_t> members;  // of the findings; the first stands for all
    Names names;
    Shared shared = Shared::path;
    std::string value;
};

class Join {
  public:
    // Of the findings the first `open` may be joined.
    Join(const std::vector<Finding>& findings, std::size_t open, const View& view, ScopeTasks& tasks)
        : findings_(findings), open_(open), view_(view), tasks_(tasks) {}

    // The root that the finding leads, if it leads one.
    std::optional<Root> led_by(std::size_t leader) {
        if (!fails(findings_[leader]) && !is_slow(findings_[leader])) return std::nullopt;
        if (auto root = everything_there(leader)) return root;
        return alike(leader);
    }

  private:
    template <class Which>
    Root gather(std::size_t leader, const Which& which) {
        Root root;
        for (std::size_t i = leader; i < open_; ++i) {
            const Finding& each = findings_[i];
            if (i != leader && (!which(each) || !tasks_.same(findings_[leader].scope, each.scope))) continue;
            root.members.push_back(i);
            root.names.insert(each.dependency);
        }
        return root;
    }

    // The dependencies that the tasks of the scope probe as far as that layer.
    Names reaching(const Labels& scope, std::optional<Layer> layer) {
        Names names;
        for (const DependencyView& dependency : view_.dependencies) {
            if (dependency.kind == "task") continue;
            const bool reached = std::any_of(
                dependency.candidate.begin(), dependency.candidate.end(), [&](const Member& member) {
                    const auto& phases = member.evidence->phases;
                    return tasks_.contains(scope, member.task) &&
                           std::any_of(phases.begin(), phases.end(), [&](const PhaseEvidence& phase) {
                               return (!layer || phase.layer == *layer) && phase.reached > 0;
                           });
                });
            if (reached) names.insert(dependency.name);
        }
        return names;
    }

    static bool is_place(const Labels& scope) {
        return scope.contains("host") || scope.contains("zone") || scope.contains("subnet");
    }

    // Every dependency of the tasks of one place fails, wherever each of them fails first.
    std::optional<Root> everything_there(std::size_t leader) {
        const Finding& first = findings_[leader];
        if (!fails(first) || !is_place(first.scope)) return std::nullopt;
        Root root = gather(leader, fails);
        if (root.names.size() < kInPlace || root.names != reaching(first.scope, std::nullopt))
            return std::nullopt;
        root.shared = Shared::place;
        return root;
    }

    std::optional<Root> alike(std::size_t leader) {
        const Finding& first = findings_[leader];
        const std::string way = manner(first);
        if (way.empty()) return std::nullopt;
        Root root = gather(leader, [&](const Finding& each) {
            return manner(each) == way && (each.layer == first.layer || way == "slow path");
        });
        if (root.names.size() < 2) return std::nullopt;
        const Layer layer = first.layer == Layer::resolve ? Layer::resolve : Layer::connect;
        const Names all = reaching(first.scope, layer);
        if (!std::includes(all.begin(), all.end(), root.names.begin(), root.names.end())) return std::nullopt;
        const std::size_t enough = layer == Layer::resolve ? kResolve
                                   : is_place(first.scope) ? kInPlace
                                                           : kConnect;
        root.shared = layer == Layer::resolve ? Shared::resolver : Shared::path;
        if (root.names == all) return root.names.size() >= enough ? std::optional(root) : std::nullopt;
        if (share_a_trait(root, all)) return root;
        const bool most = root.names.size() >= kMost && static_cast<double>(root.names.size()) >=
                                                            kMostShare * static_cast<double>(all.size());
        return most && began_together(root, layer) ? std::optional(root) : std::nullopt;
    }

    bool share_a_trait(Root& root, const Names& all) const {
        constexpr std::pair<Trait, Shared> kTraits[] = {{Trait::reach, Shared::reach},
                                                        {Trait::address, Shared::address},
                                                        {Trait::network, Shared::network}};
        for (const auto& [trait, shared] : kTraits) {
            // What is not resolved has no address.
            if (trait != Trait::reach && root.shared == Shared::resolver) continue;
            if (auto value = shared_only(traits_of(view_, trait), root.names, all)) {
                root.shared = shared;
                root.value = std::move(*value);
                return true;
            }
        }
        return false;
    }

    // When the first window of a dependency ended in which the layer failed; nothing when it always did, as
    // far as is known.
    std::optional<Time> beginning(const std::string& name, const Labels& scope, Layer layer) {
        std::optional<Time> first;
        bool always = true;
        for (const DependencyView& dependency : view_.dependencies) {
            if (dependency.name != name) continue;
            for (const Member& member : dependency.candidate) {
                if (!tasks_.contains(scope, member.task)) continue;
                for (const PhaseEvidence& phase : member.evidence->phases) {
                    if (phase.layer != layer) continue;
                    for (const RecentWindow& window : phase.recent) {
                        const bool bad = static_cast<double>(window.failed) >=
                                         kFails * static_cast<double>(window.reached);
                        always &= bad;
                        if (bad) first = std::min(first.value_or(window.end), window.end);
                    }
                }
            }
        }
        return always ? std::nullopt : first;
    }

    bool began_together(const Root& root, Layer layer) {
        const Finding& first = findings_[root.members.front()];
        if (is_slow(first)) return true;  // the windows do not keep when latency rose
        std::set<std::optional<Time>> beginnings;
        for (const std::string& name : root.names)
            beginnings.insert(beginning(name, first.scope, layer));
        if (beginnings.size() == 1) return true;
        std::chrono::milliseconds window{1};
        for (const TaskEvidence* task : view_.candidate.tasks)
            window = std::max(window, task->window_length);
        return beginnings.begin()->has_value() &&
               **beginnings.rbegin() - **beginnings.begin() <= kTogether * window;
    }

    const std::vector<Finding>& findings_;
    std::size_t open_;
    const View& view_;
    ScopeTasks& tasks_;
};

// The first member stands for all, but a cause that says more is told.
void put_first(const std::vector<Finding>& findings, Root& root) {
    const auto said = std::find_if(root.members.begin(), root.members.end(), [&](std::size_t i) {
        return findings[i].cause == "latency.network" &&
               findings[i].severity == findings[root.members.front()].severity;
    });
    if (said != root.members.end()) std::rotate(root.members.begin(), said, said + 1);
}

std::vector<Finding> merged(std::vector<Finding> findings, const Root& root) {
    Finding& first = findings[root.members.front()];
    std::vector<Finding> rest;
    const std::set<std::size_t> members(root.members.begin(), root.members.end());
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (i == root.members.front()) continue;
        auto& to = members.contains(i) ? first.folded : rest;
        to.push_back(std::move(findings[i]));
    }
    tell_root(root.shared, root.value, root.names, first);
    rest.push_back(std::move(first));
    return rest;
}

}  // namespace

std::vector<Finding> join_roots(std::vector<Finding> findings, const View& view, ScopeTasks& tasks) {
    // A root that was made goes to the end and leads nothing more.
    std::size_t open = findings.size();
    for (std::size_t i = 0; i < open;) {
        auto root = Join(findings, open, view, tasks).led_by(i);
        if (!root) {
            ++i;
            continue;
        }
        put_first(findings, *root);
        open -= root->members.size();
        findings = merged(std::move(findings), *root);
    }
    return findings;
}

}  // namespace plumb::judge
