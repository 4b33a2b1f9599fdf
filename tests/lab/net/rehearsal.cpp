#include "tests/lab/net/rehearsal.hpp"

#include "base/text.hpp"
#include "tests/lab/net/changing_plan.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

std::vector<const Injection*> all_of(const Scenario& scenario) {
    std::vector<const Injection*> all;
    for (const auto* injections : {&scenario.setup, &scenario.faults}) {
        for (const auto& one : *injections)
            all.push_back(&one);
    }
    return all;
}

bool is_part_of_a_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '_';
}

// As a whole: cache.internal is not in mycache.internal.
bool names(const std::string& text, const std::string& name) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const auto end = at + name.size();
        if ((at == 0 || !is_part_of_a_name(text[at - 1])) &&
            (end == text.size() || !is_part_of_a_name(text[end])))
            return true;
    }
    return false;
}

// What the tasks are told, from which it follows what they meet.
class Use {
  public:
    void add(const EnvironmentPlan& plan) {
        for (const auto& task : plan.tasks) {
            for (const auto& [dependency, url] : task.targets)
                texts_.insert(url);
            texts_.insert(task.environment.begin(), task.environment.end());
        }
        plans_.push_back(plan);
    }

    bool of_name(const std::string& name) const {
        return std::any_of(texts_.begin(), texts_.end(), [&](const auto& text) { return names(text, name); });
    }

    // By its name, by an address of it, or by another name that leads to one.
    bool of_server(const std::string& server) const {
        if (server == "resolver" || of_name(host_of(server))) return true;
        if (server == "database" && of_server("pooler")) return true;
        return std::any_of(plans_.begin(), plans_.end(),
                           [&](const auto& plan) { return leads_to(plan, place_of(server, plan.number)); });
    }

    bool of_kind(ServerKind kind) const {
        const auto& all = server_names();
        return std::any_of(all.begin(), all.end(), [&](const auto& server) {
            return place_of(server, 1).kind == kind && of_server(server);
        });
    }

    std::vector<std::string> servers() const {
        auto used = server_names();
        std::erase_if(used, [&](const auto& server) { return !of_server(server); });
        return used;
    }

  private:
    bool leads_to(const EnvironmentPlan& plan, const Place& place) const {
        auto own = place.addresses;
        own.insert(own.end(), place.unlisted.begin(), place.unlisted.end());
        const auto is_own = [&](const std::string& address) {
            return std::find(own.begin(), own.end(), address) != own.end();
        };
        if (std::any_of(own.begin(), own.end(), [&](const auto& address) { return of_name(address); }))
            return true;
        return std::any_of(plan.names.begin(), plan.names.end(), [&](const auto& named) {
            const auto& addresses = named.second.addresses;
            return of_name(named.first) && std::any_of(addresses.begin(), addresses.end(), is_own);
        });
    }

    std::set<std::string> texts_;
    std::vector<EnvironmentPlan> plans_;
};

// One side from its first window to its last change. What cannot be done is told once.
class SideRehearsal {
  public:
    SideRehearsal(const Scenario& scenario, const std::string& side)
        : scenario_(scenario), plan_(plain_plan(side, scenario.fleet, scenario.targets)) {
        for (const auto* one : all_of(scenario)) {
            if (one->sides.contains(side)) injections_.push_back(one);
        }
    }

    void go_through(yaml::Complaints& complaints, Use& use) {
        use.add(plan_.now());
        for (int window = 0; window <= scenario_.last_change(); ++window) {
            for (const auto* one : injections_) {
                if (one->until == window && !end(*one, complaints)) return;
            }
            for (const auto* one : injections_) {
                if (one->at == window && !begin(*one, complaints)) return;
            }
            use.add(plan_.now());
        }
    }

  private:
    bool begin(const Injection& one, yaml::Complaints& complaints) {
        return can_be_done(one, complaints, [&] {
            if (one.effect.plan) changes_[&one] = plan_.add(one.effect.plan);
        });
    }

    bool end(const Injection& one, yaml::Complaints& complaints) {
        return can_be_done(one, complaints, [&] {
            if (changes_.contains(&one)) plan_.take_back(changes_.at(&one));
        });
    }

    template <class Do>
    static bool can_be_done(const Injection& one, yaml::Complaints& complaints, Do act) {
        try {
            act();
            return true;
        } catch (const std::exception& error) {
            complaints.add(one.line, one.name + ": " + error.what());
            return false;
        }
    }

    const Scenario& scenario_;
    ChangingPlan plan_;
    std::vector<const Injection*> injections_;
    std::map<const Injection*, int> changes_;
};

// What only the task itself shows needs an agent that looks at it.
void check_look(const Scenario& scenario, const Injection& injection, yaml::Complaints& complaints) {
    if (!injection.effect.own || !scenario.fleet.look.empty()) return;
    complaints.add(
        injection.line,
        injection.name + ": no agent looks at its task, so nobody would see it; 'task: true' lets them");
}

void check_use(const Injection& injection, const Use& use, yaml::Complaints& complaints) {
    const auto complain = [&](const std::string& unused, const std::vector<std::string>& known) {
        const auto near = nearest(unused, known);
        complaints.add(injection.line,
                       fmt::format("{}: no target of the tasks leads to {}, so nobody would see it; {}",
                                   injection.name, unused,
                                   near.empty() || near == unused
                                       ? fmt::format("they use {}", fmt::join(use.servers(), ", "))
                                       : "did you mean '" + near + "'?"));
    };
    for (const auto& server : injection.effect.servers) {
        if (!use.of_server(server)) complain(server, use.servers());
    }
    for (const auto& name : injection.effect.names) {
        if (!use.of_name(name)) complain(name, use.servers());
    }
    if (!injection.effect.servers.empty()) return;
    for (const auto kind : injection.effect.kinds) {
        if (kind != ServerKind::dnsmasq && !use.of_kind(kind)) complain("its server", {});
    }
}

}  // namespace

void rehearse(const Scenario& scenario, yaml::Complaints& complaints) {
    Use use;
    for (const char* side : {"staging", "production"}) {
        const auto before = complaints.lines.size();
        SideRehearsal(scenario, side).go_through(complaints, use);
        if (complaints.lines.size() > before) return;
    }
    for (const auto* injection : all_of(scenario)) {
        check_look(scenario, *injection, complaints);
        check_use(*injection, use, complaints);
    }
}

}  // namespace plumb::lab
