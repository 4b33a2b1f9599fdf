#include "probes/task/variables/variables.hpp"

#include "base/text.hpp"
#include "probes/task/variables/facts.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace plumb::task {
namespace {

constexpr std::size_t kMaxName = 96;

bool listed(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [name](std::string_view pattern) {
        if (!pattern.ends_with('*')) return pattern == name;
        pattern.remove_suffix(1);
        return name.starts_with(pattern);
    });
}

std::string named(const FactInfo& info, std::string_view variable) {
    constexpr std::string_view kPlace = "NAME";
    std::string name(info.name);
    return name.replace(name.find(kPlace), kPlace.size(), sanitize(variable, kMaxName));
}

std::string hex(std::span<const unsigned char> bytes) {
    std::string out;
    for (const auto byte : bytes)
        out += fmt::format("{:02x}", byte);
    return out;
}

// Two environments lie in two accounts more often than not; what counts is whether each uses its own.
std::string place_in_words(const AwsPlace& place, const AwsPlace& own) {
    std::string words;
    const auto add = [&words](std::string_view what, const std::string& value, const std::string& mine) {
        if (value.empty()) return;
        if (!words.empty()) words += ", ";
        words += value == mine ? fmt::format("its own {}", what) : fmt::format("{} {}", what, value);
    };
    add("account", place.account, own.account);
    add("region", place.region, own.region);
    return words;
}

class Describer {
  public:
    Describer(const VariableSettings& settings, const AwsPlace& own, Outcome& outcome)
        : settings_(settings), own_(own), outcome_(outcome) {}

    void one(const Variable& variable) {
        const auto& name = variable.name;
        const Shape shape = shape_of(variable.value.reveal());
        const bool required = listed(settings_.required, name);
        const bool missing = required && shape.words == "empty";
        tell(required ? kRequiredVariable : kVariable, name, missing ? kMissing : shape.words);
        if (!shape.place.empty()) tell(kVariablePlace, name, place_in_words(shape.place, own_));
        if (settings_.key.empty() || shape.words == "empty") return;
        FactInfo info = kVariableValue;
        info.cls = class_of_value(name, shape);
        tell(info, name, fingerprint(settings_.key, name, variable.value));
    }

    void missing(std::string_view name) { tell(kRequiredVariable, name, kMissing); }

  private:
    FactClass class_of_value(const std::string& name, const Shape& shape) const {
        if (listed(settings_.must_match, name)) return FactClass::must_match;
        const bool secret = shape.secret || listed(settings_.secrets, name) ||
                            (sounds_secret(name) && shape.words != "boolean");
        return secret ? FactClass::must_differ : FactClass::informational;
    }
    void tell(const FactInfo& info, std::string_view name, std::string_view value) {
        outcome_.fact(named(info, name), info.cls, value);
    }

    const VariableSettings& settings_;
    const AwsPlace& own_;
    Outcome& outcome_;
};

// A digest that needs no key: names are no secrets.
std::string digest_of(const std::vector<const Variable*>& variables) {
    std::string names;
    for (const auto* variable : variables)
        names += variable->name + '\n';
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(names.data(), names.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
    return hex(std::span(digest).first(4));
}

class VariablesSection final : public Section {
  public:
    VariablesSection(VariableSettings settings, std::function<std::vector<Variable>()> environment,
                     std::function<AwsPlace()> own)
        : settings_(std::move(settings)), environment_(std::move(environment)), own_(std::move(own)) {}

    void look(Look& look, Depth depth) override {
        if (depth != Depth::inspect) return;
        describe_variables(environment_(), settings_, own_(), look.evidence);
    }

  private:
    VariableSettings settings_;
    std::function<std::vector<Variable>()> environment_;
    std::function<AwsPlace()> own_;
};

}  // namespace

std::vector<Variable> parse_environ(std::string_view text) {
    std::vector<Variable> out;
    std::set<std::string_view> seen;
    for (const auto entry : split(text, '\0')) {
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        const auto name = entry.substr(0, equals);
        if (!seen.insert(name).second) continue;
        out.push_back({std::string(name), Secret(std::string(entry.substr(equals + 1)))});
    }
    return out;
}

std::string fingerprint(const Secret& key, std::string_view name, const Secret& value) {
    // The name is part of it: two variables of one value must not show that they are equal.
    std::string text;
    text.reserve(name.size() + 1 + value.reveal().size());
    text.append(name).append("=").append(value.reveal());
    const Secret message(std::move(text));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(message.reveal().data());
    HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()), data,
         message.reveal().size(), digest.data(), &size);
    return hex(std::span(digest).first(4));
}

bool of_the_platform(std::string_view name) {
    constexpr std::array<std::string_view, 19> kNames{
        "_",         "HOSTNAME",     "PWD",  "OLDPWD",   "SHLVL",    "TERM",  "COLUMNS",
        "LINES",     "LS_COLORS",    "HOME", "USER",     "LOGNAME",  "SHELL", "MAIL",
        "COLORTERM", "TERM_PROGRAM", "PS1",  "LESSOPEN", "LESSCLOSE"};
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
    for (const std::string_view begin : {"ECS_", "AWS_CONTAINER_", "AWS_EXECUTION_ENV", "KUBERNETES_", "SSH_",
                                         "PLUMB_", "XDG_", "AWS_SESSION_TOKEN"}) {
        if (name.starts_with(begin)) return true;
    }
    // What Kubernetes adds for each service of the namespace: DB_SERVICE_HOST, DB_PORT_5432_TCP_ADDR.
    return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos ||
           (name.find("_PORT_") != std::string_view::npos && name.find("_TCP") != std::string_view::npos);
}

void describe_variables(const std::vector<Variable>& variables, const VariableSettings& settings,
                        const AwsPlace& own, Outcome& outcome) {
    std::vector<const Variable*> chosen;
    std::set<std::string_view> present;
    for (const auto& variable : variables) {
        present.insert(variable.name);
        const bool asked =
            listed(settings.required, variable.name) || listed(settings.must_match, variable.name);
        // The key of the fingerprints is in both environments on purpose.
        const bool key = !settings.key.empty() && variable.value.reveal() == settings.key.reveal();
        if (key || listed(settings.ignored, variable.name)) continue;
        if (asked || !of_the_platform(variable.name)) chosen.push_back(&variable);
    }
    const auto rank = [&](const Variable* variable) {
        return listed(settings.required, variable->name) || listed(settings.must_match, variable->name) ? 0
                                                                                                        : 1;
    };
    std::sort(chosen.begin(), chosen.end(), [&](const Variable* a, const Variable* b) {
        return std::pair(rank(a), std::string_view(a->name)) < std::pair(rank(b), std::string_view(b->name));
    });
    Describer describer(settings, own, outcome);
    for (const auto& name : settings.required) {
        if (!name.ends_with('*') && !present.contains(name)) describer.missing(name);
    }
    const auto told = std::min(chosen.size(), kMaxVariables);
    for (std::size_t i = 0; i < told; ++i)
        describer.one(*chosen[i]);
    if (told == chosen.size()) return;
    const std::vector<const Variable*> others(chosen.begin() + static_cast<std::ptrdiff_t>(told),
                                              chosen.end());
    outcome.fact(kOtherVariables, fmt::format("{} more, {}", others.size(), digest_of(others)));
}

std::unique_ptr<Section> make_variables(VariableSettings settings,
                                        std::function<std::vector<Variable>()> environment,
                                        std::function<AwsPlace()> own) {
    return std::make_unique<VariablesSection>(std::move(settings), std::move(environment), std::move(own));
}

Catalog variables_catalog() {
    Catalog catalog;
    catalog.facts = {kRequiredVariable, kVariablePlace, kVariableValue, kOtherVariables, kVariablesFrom};
    return catalog;
}

}  // namespace plumb::task
