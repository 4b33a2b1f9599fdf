// Fleets whose agents look at their tasks: the dependency `task` beside an ordinary one.
#pragma once

#include "tests/unit/judge/fleet.hpp"

#include <string>
#include <utility>
#include <vector>

namespace plumb::judge::test {

// Looks of a task: each is a run with what it saw, and one for each check, which takes no time.
inline Spec looks() {
    Spec spec;
    spec.name = "task";
    spec.kind = "task";
    spec.runs = 6;
    spec.rtt_ms = 0;
    spec.phases = {{"inspect", 0},   {"memory", 0}, {"sockets.database", 0},
                   {"listeners", 0}, {"warmup", 0}, {"port", 0}};
    spec.facts = {{"env.DATABASE_URL", FactClass::required, "postgres URL"},
                  {"env.DB_PASSWORD.value", FactClass::informational, "11111111"},
                  {"image.os", FactClass::must_match, "debian 12"},
                  {"image.libc", FactClass::must_match, "glibc 2.36"},
                  {"image.packages", FactClass::must_match, "3 packages, aaaaaaaa"},
                  {"image.packages.list.0", FactClass::informational, "curl 7.88;openssl 3.0.11;"},
                  {"image.packages.list.1", FactClass::informational, "zlib 1.2;"},
                  {"image.ca_bundle", FactClass::must_match, "142 authorities, bbbbbbbb"},
                  {"kernel.somaxconn", FactClass::must_match, "4096"},
                  {"task.memory_limit", FactClass::ordered, "512 MiB"}};
    spec.gauges = {gauge("task.memory", 200, 512)};
    return spec;
}

inline Fleet tasks(const std::string& environment) {
    return Fleet(environment).with(Spec()).with(looks()).change([](Window& window, int, int) {
        for (auto& phase : dependency(window, "task").phases)
            phase.layer = Layer::task;
    });
}

inline Report against(const Fleet::Change& change, const Policy& policy = {}) {
    Fleet after = tasks("production");
    after.change(change);
    return compare(tasks("staging"), after, policy);
}

inline Fleet::Change facts(std::vector<std::pair<std::string, std::string>> values) {
    return [values = std::move(values)](Window& window, int, int) {
        for (const auto& [name, value] : values)
            set_fact(window, "task", name, value);
    };
}

}  // namespace plumb::judge::test
